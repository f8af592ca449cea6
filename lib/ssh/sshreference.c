#include "ssh/sshreference.h"

#include "base/facts.h"
#include "ssh/sshwords.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLES_MAX = 16 << 20 }; /* bytes of all lines together */

static void
note_variable(struct sshconfig *config, const char *at, size_t length)
{
	char name[128];

	if (length == 0 || length >= sizeof(name))
		return;
	if (config->variables.length > VARIABLES_MAX) {
		if (config->doubt == NULL)
			config->doubt =
			    "the configuration has too many variables in it";
		return;
	}
	memcpy(name, at, length);
	name[length] = '\0';
	facts_add_variable(&config->variables, FACT_VARIABLE, name);
}

static size_t
variable_length(const char *at, const char *end)
{
	const char *begin = at;

	while (at < end && (isalnum((unsigned char)*at) || *at == '_'))
		at++;
	return (size_t)(at - begin);
}

/* Whether a word of the value is a relative path. */
static bool
names_relative_path(const char *at, const char *end)
{
	static const char *const no_paths[] = {
	    "none", "SSH_AUTH_SOCK", "internal"};
	char word[SSHWORDS_VALUE_MAX];

	while (sshwords_next(&at, end, word, sizeof(word)) == SSHWORDS_WORD)
		if (strchr("/~%$", word[0]) == NULL &&
		    !sshwords_is_one_of(
			word, no_paths, sizeof(no_paths) / sizeof(no_paths[0])))
			return true;
	return false;
}

/* ssh looks up names then, and the answers decide which blocks apply. */
static bool
asks_for_canonical_names(const char *at, const char *end)
{
	static const char *const off[] = {"no", "false", "none"};
	char word[SSHWORDS_VALUE_MAX];

	return sshwords_next(&at, end, word, sizeof(word)) != SSHWORDS_WORD ||
	    !sshwords_is_one_of(word, off, sizeof(off) / sizeof(off[0]));
}

/* The keyword has lower case letters; most words differ in the first. */
static bool
is_among(const char *keyword, const char *const words[], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (words[i][0] == keyword[0] && strcmp(words[i], keyword) == 0)
			return true;
	return false;
}

void
sshreference_note(struct sshconfig *config, const char *keyword,
    const char *value, size_t length)
{
	/* These files are read in each run (login.h). */
	static const char *const keys[] = {
	    "identityfile", "identityfile2", "certificatefile"};
	static const char *const paths[] = {"userknownhostsfile",
	    "userknownhostsfile2", "globalknownhostsfile", "revokedhostkeys",
	    "pkcs11provider", "smartcarddevice", "securitykeyprovider",
	    "xauthlocation"};
	/* sshprogram.h finds out what these programs depend on. */
	static const char *const programs[] = {
	    "proxycommand", "knownhostscommand"};
	const char *end = value + length, *at, *name;

	if (is_among(keyword, programs, sizeof(programs) / sizeof(programs[0])))
		return;
	if (is_among(keyword, keys, sizeof(keys) / sizeof(keys[0]))) {
		config->names_key_from_folder |=
		    names_relative_path(value, end);
		return;
	}
	for (at = value; at < end; at++) {
		if (*at != '$')
			continue;
		name = at + (at + 1 < end && at[1] == '{' ? 2 : 1);
		note_variable(config, name, variable_length(name, end));
	}
	if (strcmp(keyword, "canonicalizehostname") == 0 &&
	    asks_for_canonical_names(value, end))
		config->is_dynamic = config->has_second_pass = true;
	if (strcmp(keyword, "identityagent") == 0)
		config->names_key_from_folder |=
		    names_relative_path(value, end);
	else if (is_among(keyword, paths, sizeof(paths) / sizeof(paths[0])))
		config->depends_on_folder |= names_relative_path(value, end);
}

bool
sshreference_holds_value(const struct sshconfig *config, const char *string)
{
	/* Everyone who knows the user can know these. */
	static const char *const harmless[] = {"HOME", "USER", "LOGNAME"};
	const char *at = config->variables.data, *value;
	char name[128];
	struct fact fact;
	size_t i;

	while (facts_next(&at, &fact)) {
		/* No character of a variable's name is escaped. */
		if (fact.name == NULL || fact.name_length >= sizeof(name))
			continue;
		memcpy(name, fact.name, fact.name_length);
		name[fact.name_length] = '\0';
		for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
			if (strcmp(name, harmless[i]) == 0)
				break;
		value = getenv(name);
		if (i == sizeof(harmless) / sizeof(harmless[0]) &&
		    value != NULL && value[0] != '\0' &&
		    strstr(string, value) != NULL)
			return true;
	}
	return false;
}
