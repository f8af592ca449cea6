#include "health/known_hosts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { PATH_SIZE = 4096 };
static const char blanks[] = " \t\r\n";
/*
 * libssh2 takes a name of one or two letters for a hash, and ignores the line.
 * So every matched name is replaced by this one.
 */
static const char matched_name[] = "matched";

static const struct {
	int type, mask;
	const char *methods;
} key_types[] = {
    {LIBSSH2_HOSTKEY_TYPE_ED25519, LIBSSH2_KNOWNHOST_KEY_ED25519,
	"ssh-ed25519"},
    {LIBSSH2_HOSTKEY_TYPE_ECDSA_256, LIBSSH2_KNOWNHOST_KEY_ECDSA_256,
	"ecdsa-sha2-nistp256"},
    {LIBSSH2_HOSTKEY_TYPE_ECDSA_384, LIBSSH2_KNOWNHOST_KEY_ECDSA_384,
	"ecdsa-sha2-nistp384"},
    {LIBSSH2_HOSTKEY_TYPE_ECDSA_521, LIBSSH2_KNOWNHOST_KEY_ECDSA_521,
	"ecdsa-sha2-nistp521"},
    {LIBSSH2_HOSTKEY_TYPE_RSA, LIBSSH2_KNOWNHOST_KEY_SSHRSA,
	"rsa-sha2-512,rsa-sha2-256,ssh-rsa"},
};
enum { KEY_TYPES = sizeof(key_types) / sizeof(key_types[0]) };

/* '*' and '?' only: brackets are part of names with a port. */
static bool
matches(const char *pattern, const char *name)
{
	for (; *pattern != '\0'; pattern++, name++) {
		if (*pattern == '*') {
			do {
				if (matches(pattern + 1, name))
					return true;
			} while (*name++ != '\0');
			return false;
		}
		if (*name == '\0' ||
		    (*pattern != '?' &&
			tolower((unsigned char)*pattern) != *name))
			return false;
	}
	return *name == '\0';
}

static bool
list_matches(char *patterns, const char *name)
{
	bool found = false;
	char *rest = NULL, *pattern;

	for (pattern = strtok_r(patterns, ",", &rest); pattern != NULL;
	     pattern = strtok_r(NULL, ",", &rest)) {
		if (*pattern == '!') {
			if (matches(pattern + 1, name))
				return false;
		} else if (matches(pattern, name))
			found = true;
	}
	return found;
}

/*
 * libssh2 knows no patterns, and no lines that begin with @. It gets a line of
 * matching patterns with one name in their place. rest follows the patterns. It
 * is null if they are a hash, or not understood.
 */
static void
keep(LIBSSH2_KNOWNHOSTS *list, const char *name, const char *host,
    const char *rest)
{
	size_t size = strlen(host) + 1;
	char *patterns = malloc(size), *plain = NULL;

	if (rest == NULL) {
		(void)libssh2_knownhost_readline(
		    list, host, strlen(host), LIBSSH2_KNOWNHOST_FILE_OPENSSH);
	} else if (patterns != NULL) {
		memcpy(patterns, host, size);
		patterns[rest - host - 1] = '\0';
		size = strlen(rest) + sizeof(matched_name) + 2;
		if (list_matches(patterns, name))
			plain = malloc(size);
	}
	if (plain != NULL) {
		(void)snprintf(plain, size, "%s %s", matched_name, rest);
		(void)libssh2_knownhost_readline(
		    list, plain, strlen(plain), LIBSSH2_KNOWNHOST_FILE_OPENSSH);
	}
	free(plain);
	free(patterns);
}

static void
read_line(struct known_hosts *hosts, const char *line)
{
	LIBSSH2_KNOWNHOSTS *list = hosts->known;
	const char *host = line + strspn(line, blanks), *rest;

	if (strncmp(host, "@revoked", 8) == 0) {
		list = hosts->revoked;
		host += 8;
		host += strspn(host, blanks);
	}
	if (*host == '@' || *host == '#' || *host == '\0')
		return;
	rest = host + strcspn(host, blanks);
	rest = *host == '|' || *rest == '\0' ? NULL : rest + 1;
	keep(list, hosts->name, host, rest);
	if (list == hosts->known && hosts->portless_name[0] != '\0')
		keep(hosts->portless, hosts->portless_name, host, rest);
}

/* Null if it is missing. */
static FILE *
open_file(const char *name, char path[PATH_SIZE])
{
	const char *home = getenv("HOME");

	if (strncmp(name, "~/", 2) == 0 && home != NULL)
		(void)snprintf(path, PATH_SIZE, "%s%s", home, name + 1);
	else
		(void)snprintf(path, PATH_SIZE, "%s", name);
	return fopen(path, "re");
}

static void
read_file(struct known_hosts *hosts, const char *name)
{
	char path[PATH_SIZE], *line = NULL;
	size_t size = 0;
	FILE *file = open_file(name, path);

	if (file == NULL)
		return;
	while (getline(&line, &size, file) != -1)
		read_line(hosts, line);
	free(line);
	(void)fclose(file);
}

static void
set_names(struct known_hosts *hosts, const struct subject *subject)
{
	char *name = hosts->name, *at;

	if (subject->alias[0] != '\0') {
		(void)snprintf(name, sizeof(hosts->name), "%s", subject->alias);
	} else if (subject->port == 22) {
		(void)snprintf(
		    name, sizeof(hosts->name), "%s", subject->hostname);
	} else {
		(void)snprintf(name, sizeof(hosts->name), "[%s]:%d",
		    subject->hostname, subject->port);
		(void)snprintf(hosts->portless_name,
		    sizeof(hosts->portless_name), "%s", subject->hostname);
	}
	for (at = name; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	for (at = hosts->portless_name; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
}

static bool
init(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    const struct subject *subject)
{
	memset(hosts, 0, sizeof(*hosts));
	set_names(hosts, subject);
	hosts->known = libssh2_knownhost_init(session);
	hosts->revoked = libssh2_knownhost_init(session);
	hosts->portless = libssh2_knownhost_init(session);
	if (hosts->known != NULL && hosts->revoked != NULL &&
	    hosts->portless != NULL)
		return true;
	known_hosts_free(hosts);
	return false;
}

bool
known_hosts_read(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    const struct subject *subject)
{
	char files[sizeof(subject->files)], *rest = NULL, *name;

	if (!init(hosts, session, subject))
		return false;
	memcpy(files, subject->files, sizeof(files));
	for (name = strtok_r(files, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest))
		read_file(hosts, name);
	return true;
}

void
known_hosts_free(struct known_hosts *hosts)
{
	LIBSSH2_KNOWNHOSTS *const lists[] = {
	    hosts->known, hosts->revoked, hosts->portless};
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i] != NULL)
			libssh2_knownhost_free(lists[i]);
	memset(hosts, 0, sizeof(*hosts));
}

static int
check_name(LIBSSH2_KNOWNHOSTS *list, const char *name, const char *key,
    size_t length, int mask)
{
	return libssh2_knownhost_checkp(list, name, -1, key, length,
	    LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW | mask,
	    NULL);
}

/* By its name, which hashes contain, and by its replacement elsewhere. */
static int
check(LIBSSH2_KNOWNHOSTS *list, const char *name, const char *key,
    size_t length, int mask)
{
	int by_hash = check_name(list, name, key, length, mask);
	int by_match = check_name(list, matched_name, key, length, mask);

	if (by_hash == LIBSSH2_KNOWNHOST_CHECK_MATCH ||
	    by_match == LIBSSH2_KNOWNHOST_CHECK_MATCH)
		return LIBSSH2_KNOWNHOST_CHECK_MATCH;
	return by_hash == LIBSSH2_KNOWNHOST_CHECK_MISMATCH ? by_hash : by_match;
}

/* Adds the methods, a list with commas, that libssh2 knows. */
static void
add_methods(char *list, size_t size, const char *methods,
    const char **supported, int supported_count)
{
	size_t length = strlen(list), method;
	int i;

	for (; *methods != '\0'; methods += method + (methods[method] == ',')) {
		method = strcspn(methods, ",");
		for (i = 0; i < supported_count; i++)
			if (strlen(supported[i]) == method &&
			    strncmp(supported[i], methods, method) == 0)
				break;
		if (i == supported_count || length + method + 2 > size)
			continue;
		length += (size_t)snprintf(list + length, size - length,
		    "%s%.*s", length > 0 ? "," : "", (int)method, methods);
	}
}

void
known_hosts_prefer(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    char methods[KNOWN_HOSTS_METHODS_SIZE])
{
	/* An empty key, which differs from any known key. */
	static const char nothing[] = "nothing";
	const char **supported;
	int i, wants_known, is_known, count;

	methods[0] = '\0';
	/*
	 * libssh2 copies the list onto itself when it removes unknown methods.
	 */
	count = libssh2_session_supported_algs(
	    session, LIBSSH2_METHOD_HOSTKEY, &supported);
	if (count <= 0)
		return;
	for (wants_known = 1; wants_known >= 0; wants_known--) {
		for (i = 0; i < KEY_TYPES; i++) {
			is_known = check(hosts->known, hosts->name, nothing,
				       sizeof(nothing), key_types[i].mask) ==
			    LIBSSH2_KNOWNHOST_CHECK_MISMATCH;
			if (is_known == wants_known)
				add_methods(methods, KNOWN_HOSTS_METHODS_SIZE,
				    key_types[i].methods, supported, count);
		}
	}
	libssh2_free(session, supported);
	(void)libssh2_session_method_pref(
	    session, LIBSSH2_METHOD_HOSTKEY, methods);
}

enum known_hosts_verdict
known_hosts_check(
    struct known_hosts *hosts, const char *key, size_t length, int type)
{
	int i, mask = 0;

	for (i = 0; i < KEY_TYPES; i++)
		if (key_types[i].type == type)
			mask = key_types[i].mask;
	if (check(hosts->revoked, hosts->name, key, length, mask) ==
	    LIBSSH2_KNOWNHOST_CHECK_MATCH)
		return KNOWN_HOSTS_REVOKED;
	switch (check(hosts->known, hosts->name, key, length, mask)) {
	case LIBSSH2_KNOWNHOST_CHECK_MATCH:
		return KNOWN_HOSTS_MATCH;
	case LIBSSH2_KNOWNHOST_CHECK_MISMATCH:
		return KNOWN_HOSTS_MISMATCH;
	default:
		break;
	}
	if (hosts->portless_name[0] != '\0' &&
	    check(hosts->portless, hosts->portless_name, key, length, mask) ==
		LIBSSH2_KNOWNHOST_CHECK_MATCH)
		return KNOWN_HOSTS_MATCH;
	return KNOWN_HOSTS_UNKNOWN;
}

/* Whether this line alone rejects the key. */
static bool
speaks_against(const char *line, LIBSSH2_SESSION *session,
    const struct subject *subject, const char *key, size_t length, int type)
{
	enum known_hosts_verdict verdict = KNOWN_HOSTS_UNKNOWN;
	struct known_hosts hosts;

	if (init(&hosts, session, subject)) {
		read_line(&hosts, line);
		verdict = known_hosts_check(&hosts, key, length, type);
		known_hosts_free(&hosts);
	}
	return verdict == KNOWN_HOSTS_MISMATCH ||
	    verdict == KNOWN_HOSTS_REVOKED;
}

void
known_hosts_find(struct known_hosts_place *place, LIBSSH2_SESSION *session,
    const struct subject *subject, const char *key, size_t length, int type)
{
	char files[sizeof(subject->files)], *rest = NULL, *name, *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	memcpy(files, subject->files, sizeof(files));
	for (name = strtok_r(files, " ", &rest); name != NULL && !found;
	     name = strtok_r(NULL, " ", &rest)) {
		place->line = 0;
		if ((file = open_file(name, place->path)) == NULL)
			continue;
		while (!found && getline(&line, &size, file) != -1) {
			place->line++;
			found = speaks_against(
			    line, session, subject, key, length, type);
		}
		(void)fclose(file);
	}
	free(line);
	if (!found)
		place->line = 0;
}
