/*
 * A digest of all configuration that ssh would read: the -F file, or the
 * user's and the system's, with everything they Include. What cannot be known
 * without running ssh is not guessed at but said.
 */
#ifndef SSHCONFIG_H
#define SSHCONFIG_H

#include "base/digest.h"
#include "base/text.h"

#include <stdbool.h>

#ifndef SSH_SYSTEM_CONFIG
#define SSH_SYSTEM_CONFIG "/etc/ssh/ssh_config"
#endif

struct sshconfig {
	char digest[DIGEST_LENGTH + 1];
	/*
	 * Why nothing certain can be said of it, in a few words: a pipe, which
	 * reading would take away from ssh, or words that are beyond us. Null
	 * where all is understood.
	 */
	const char *doubt;
	/*
	 * The outcome depends on more than text, for example on Match exec:
	 * ssh has to be asked each time.
	 */
	bool is_dynamic;
	/* It is gone through twice, or host names are looked up on the way. */
	bool has_second_pass;
	/* "ControlPath none" stands somewhere, for some host. */
	bool mentions_no_control_path;
	/* A path in it starts from the working directory. */
	bool depends_on_folder;
	/* The same of a key: where it lies does not matter, what it is does. */
	bool names_key_from_folder;
	/* It names a program, or a library, that may go by anything. */
	bool names_program;
	/* Facts: the variables that it refers to, by digests of their values. */
	struct text variables;
};

/*
 * Reads the configuration. config_file is -F's value, or null; home is the
 * home directory that ssh takes "~" for (the password database's). A missing
 * or unreadable file counts as such, not as an error: ssh has its own to say.
 * 0 and sshconfig_free() is owed; -1 with errno for lack of memory.
 */
int sshconfig_read(
    struct sshconfig *config, const char *config_file, const char *home);
void sshconfig_free(struct sshconfig *config);

#endif
