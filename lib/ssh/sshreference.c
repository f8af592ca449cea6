#include "ssh/sshreference.h"

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
	text_add_line(&config->variables, name, getenv(name));
}

static size_t
variable_length(const char *at, const char *end)
{
	const char *begin = at;

	while (at < end && (isalnum((unsigned char)*at) || *at == '_'))
		at++;
	return (size_t)(at - begin);
}

void
sshreference_note(struct sshconfig *config, const char *keyword,
    const char *value, size_t length)
{
	static const char *const paths[] = {"identityfile", "identityfile2",
	    "certificatefile", "identityagent", "userknownhostsfile",
	    "userknownhostsfile2", "globalknownhostsfile", "revokedhostkeys",
	    "pkcs11provider", "smartcarddevice", "securitykeyprovider",
	    "xauthlocation"};
	static const char *const no_paths[] = {
	    "none", "SSH_AUTH_SOCK", "internal"};
	const char *end = value + length, *at, *name;
	char word[SSHWORDS_VALUE_MAX];

	for (at = value; at < end; at++) {
		if (*at != '$')
			continue;
		name = at + (at + 1 < end && at[1] == '{' ? 2 : 1);
		note_variable(config, name, variable_length(name, end));
	}
	if (sshwords_is_one_of(
		keyword, paths, sizeof(paths) / sizeof(paths[0]))) {
		at = value;
		while (sshwords_next(&at, end, word, sizeof(word)) ==
		    SSHWORDS_WORD)
			if (strchr("/~%$", word[0]) == NULL &&
			    !sshwords_is_one_of(word, no_paths,
				sizeof(no_paths) / sizeof(no_paths[0])))
				config->depends_on_folder = true;
	}
	/* A command that names a program below, or beside, where we are. */
	for (at = value; at + 1 < end; at++)
		if (at[0] == '.' && at[1] == '/' &&
		    strstr(keyword, "command") != NULL)
			config->depends_on_folder = true;
}
