/*
 * A digest of all configuration that ssh would read: the -F file, or the
 * user's and the system's, with everything they Include. What cannot be known
 * without running ssh is not guessed at but said.
 */
#ifndef SSHCONFIG_H
#define SSHCONFIG_H

#include "digest.h"
#include "text.h"

#include <stdbool.h>

#ifndef SSH_SYSTEM_CONFIG
#define SSH_SYSTEM_CONFIG "/etc/ssh/ssh_config"
#endif

struct sshconfig {
	char digest[DIGEST_LENGTH + 1];
	/*
	 * The outcome depends on more than text: Match exec and other criteria
	 * that ssh has to evaluate, or an Include with % or ${} in it.
	 */
	bool is_dynamic;
	/* "ControlPath none" stands somewhere, for some host. */
	bool mentions_no_control_path;
	/*
	 * A file is a pipe or the like (-F <(...)): reading it here would take
	 * it away from ssh.
	 */
	bool is_unreadable_twice;
	/* "NAME: VALUE" lines of the variables it refers to as ${NAME}. */
	struct text variables;
};

/*
 * Reads the configuration. config_file is -F's value, or null; home is the
 * home directory that ssh takes "~" for (the password database's). A missing
 * or unreadable file counts as such, not as an error: ssh has its own to say.
 * 0 and sshconfig_free() is owed; -1 with errno for lack of memory.
 */
int sshconfig_read(struct sshconfig *config, const char *config_file,
    const char *home);
void sshconfig_free(struct sshconfig *config);

/*
 * Splits "keyword value", "keyword=value" or "keyword = value", as ssh takes
 * them in files and behind -o: keyword gets lower case letters, *value points
 * at the rest, without blanks at either end. False when there is no keyword
 * or it is too long for any that ssh knows.
 */
enum { SSHCONFIG_KEYWORD_MAX = 64, SSHCONFIG_VALUE_MAX = 1024 };
bool sshconfig_split(const char *line, size_t length,
    char keyword[SSHCONFIG_KEYWORD_MAX], const char **value,
    size_t *value_length);

#endif
