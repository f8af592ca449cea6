#include "pool/keyfiles.h"

#include "platform/platform.h"
#include "pool/resolve.h"
#include "ssh/sshoption.h"
#include "ssh/sshsettings.h"
#include "ssh/sshtoken.h"
#include "ssh/sshwords.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/* From so many names in one folder on, one look at it is less. */
	NAMES_FOR_A_LOOK = 3,
	NAMES_SIZE = 2048, /* of a folder that is worth it */
};

/*
 * A folder and all names in it: ssh's defaults are some thirty names in one
 * folder, nearly all of them absent.
 */
struct view {
	bool is_known;
	char folder[PATH_MAX];
	char names[NAMES_SIZE];
};

/* A walk through the files. */
struct reading {
	struct keyfiles *keyfiles;
	const struct sshargs *args;
	const struct resolution *said;
	struct sshtoken_meaning meaning;
	bool names_certificates;
	struct view *view;
};

void
keyfiles_add_line(struct text *lines, const char *kind,
    const struct sshkey *key, uint64_t *valid_until)
{
	text_printf(lines, "%s: %s\n", kind, key->digest);
	/* One that has ended already lets nobody in. */
	if (key->valid_until < *valid_until &&
	    key->valid_until > (uint64_t)time(NULL))
		*valid_until = key->valid_until;
}

bool
keyfiles_is_there(const char *name, const char *home)
{
	char path[PATH_MAX];
	struct stat st;

	/* Nothing but "~" is expanded before ssh looks. */
	if (name[0] == '~' && (name[1] == '/' || name[1] == '\0')) {
		(void)snprintf(path, sizeof(path), "%s%s", home, name + 1);
		name = path;
	}
	return name[0] == '~' || stat(name, &st) == 0;
}

static bool
is_surely_absent(const struct reading *reading, const char *path)
{
	const char *slash = strrchr(path, '/'), *name;

	if (!reading->view->is_known || slash == NULL ||
	    strncmp(reading->view->folder, path, (size_t)(slash - path)) != 0 ||
	    reading->view->folder[slash - path] != '\0')
		return false;
	for (name = reading->view->names; *name != '\0';
	     name += strlen(name) + 1)
		if (strcmp(name, slash + 1) == 0)
			return false;
	return true;
}

/* Looks at one name that ssh would open; false where there is no key. */
static bool
look(struct reading *reading, const char *path, bool only_certificate,
    struct text *lines)
{
	struct keyfiles *keyfiles = reading->keyfiles;
	struct sshkey key;
	enum sshkey_status status;

	if (is_surely_absent(reading, path))
		return false;
	status = sshkey_look(&key, path);
	if (status == SSHKEY_NOT_A_FILE)
		keyfiles->doubt = "a key comes from a pipe";
	if ((status != SSHKEY_FOUND && status != SSHKEY_OPAQUE) ||
	    (only_certificate && !key.is_certificate))
		return false;
	keyfiles_add_line(lines, status == SSHKEY_FOUND ? "key" : "key file",
	    &key, &keyfiles->valid_until);
	return true;
}

/*
 * Beside a key file, ssh looks for the public key and, unless certificates are
 * named, for one of the same name. What it finds in the key file itself and
 * what beside it may be two keys; then both count.
 */
static void
look_at_key_file(struct reading *reading, const char *path)
{
	struct text *keys = &reading->keyfiles->keys, beside;
	char name[PATH_MAX + 16], storage[128];

	(void)look(reading, path, false, keys);
	(void)snprintf(name, sizeof(name), "%s.pub", path);
	text_init_in(&beside, storage, sizeof(storage));
	if (look(reading, name, false, &beside) &&
	    strstr(keys->data, beside.data) == NULL)
		text_add(keys, beside.data);
	text_free(&beside);
	if (reading->names_certificates)
		return;
	(void)snprintf(name, sizeof(name), "%s-cert", path);
	if (look(reading, name, true, keys))
		return;
	(void)snprintf(name, sizeof(name), "%s-cert.pub", path);
	(void)look(reading, name, true, keys);
}

static void
look_at_certificate_file(struct reading *reading, const char *path)
{
	struct text *certificates = &reading->keyfiles->certificates;
	char name[PATH_MAX + 16];

	if (look(reading, path, true, certificates))
		return;
	(void)snprintf(name, sizeof(name), "%s.pub", path);
	(void)look(reading, name, true, certificates);
}

/* A file by the name that ssh was given. */
static void
look_at_name(
    struct reading *reading, const char *name, enum sshoption_effect effect)
{
	char path[PATH_MAX];

	if (strcasecmp(name, "none") == 0 ||
	    strcmp(name, RESOLVE_KEY_FILE) == 0)
		return;
	if (!sshtoken_expand(path, name, &reading->meaning))
		reading->keyfiles->doubt = "ssh expands the name of a key file";
	else if (effect == SSHOPTION_CERTIFICATE_FILE)
		look_at_certificate_file(reading, path);
	else
		look_at_key_file(reading, path);
}

/* Those of the command line come first, and there are no defaults then. */
static void
look_at_options(struct reading *reading, enum sshoption_effect effect)
{
	const struct sshargs *args = reading->args;
	struct sshoption meaning;
	char name[SSHWORDS_VALUE_MAX];
	const char *at;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		sshoption_read(&meaning, &args->options[i]);
		if (meaning.effect != effect)
			continue;
		if (args->options[i].flag != 'o') {
			if (keyfiles_is_there(
				meaning.value, reading->meaning.home))
				look_at_name(reading, meaning.value, effect);
			continue;
		}
		at = meaning.value;
		if (sshwords_next(&at, at + meaning.value_length, name,
			sizeof(name)) == SSHWORDS_WORD)
			look_at_name(reading, name, effect);
		else
			reading->keyfiles->doubt =
			    "ssh reads the name of a key file otherwise";
	}
}

/*
 * The next value of that keyword; *keyword, at first the pairs of the answer,
 * moves behind it. Null behind the last.
 */
static const char *
next_value(const char **keyword, const char *wanted)
{
	const char *value, *next;
	bool found;

	while ((next = sshsettings_next(*keyword, &value)) != NULL) {
		found = strcmp(*keyword, wanted) == 0;
		*keyword = next;
		if (found)
			return value;
	}
	return NULL;
}

static void
look_at_settings(
    struct reading *reading, const char *wanted, enum sshoption_effect effect)
{
	const char *at = reading->said->pairs, *value;

	while ((value = next_value(&at, wanted)) != NULL)
		look_at_name(reading, value, effect);
}

/* One look at the folder of the first key, where there are many names. */
static void
look_at_folder(struct reading *reading)
{
	const char *at = reading->said->pairs, *first;
	size_t count = 1;
	char *slash;
	int fd;

	reading->view->is_known = false;
	if ((first = next_value(&at, "identityfile")) == NULL)
		return;
	while (next_value(&at, "identityfile") != NULL)
		count++;
	if (count < NAMES_FOR_A_LOOK ||
	    !sshtoken_expand(reading->view->folder, first, &reading->meaning) ||
	    (slash = strrchr(reading->view->folder, '/')) == NULL)
		return;
	*slash = '\0';
	fd = openat(AT_FDCWD, reading->view->folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	reading->view->is_known = platform_names_all(fd, reading->view->names,
				      sizeof(reading->view->names)) == 1;
	(void)close(fd);
}

void
keyfiles_init(struct keyfiles *keyfiles)
{
	text_init_in(&keyfiles->certificates, keyfiles->storage[0],
	    sizeof(keyfiles->storage[0]));
	text_init_in(&keyfiles->keys, keyfiles->storage[1],
	    sizeof(keyfiles->storage[1]));
	keyfiles->doubt = NULL;
	keyfiles->valid_until = SSHKEY_FOR_EVER;
}

void
keyfiles_read(struct keyfiles *keyfiles, const struct sshargs *args,
    const struct resolution *said, const char *home)
{
	struct view view;
	struct reading reading = {.keyfiles = keyfiles,
	    .args = args,
	    .said = said,
	    .view = &view,
	    .meaning = {.home = home,
		.host_as_typed = args->host,
		.hostname = said->hostname,
		.port = said->port,
		.user = said->user,
		.host_key_alias = said->host_key_alias}};
	const char *at = said->pairs;

	reading.names_certificates = next_value(&at, "certificatefile") != NULL;
	look_at_folder(&reading);
	look_at_options(&reading, SSHOPTION_CERTIFICATE_FILE);
	look_at_settings(
	    &reading, "certificatefile", SSHOPTION_CERTIFICATE_FILE);
	look_at_options(&reading, SSHOPTION_KEY_FILE);
	look_at_settings(&reading, "identityfile", SSHOPTION_KEY_FILE);
}

void
keyfiles_free(struct keyfiles *keyfiles)
{
	text_free(&keyfiles->certificates);
	text_free(&keyfiles->keys);
}
