/*
 * A digest of all configuration that ssh would read: the file of -F, or those
 * of the user and the system, with all files that they include. If only ssh can
 * know the result, the answer says so.
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
	 * Why the configuration is not understood, in a few words, or null.
	 * Examples are unknown words, and a pipe that ssh could not read again.
	 */
	const char *doubt;
	/*
	 * The result depends on more than text, for example on Match exec. ssh
	 * must be asked in each run.
	 */
	bool is_dynamic;
	/* ssh reads it twice, or looks up host names while it reads. */
	bool has_second_pass;
	/* It contains "ControlPath none", for some host. */
	bool mentions_no_control_path;
	/* It contains a relative path. */
	bool depends_on_folder;
	/*
	 * It contains a relative path of a key. Only the content of a key
	 * matters.
	 */
	bool names_key_from_folder;
	/* It names a program or a library, which may depend on anything. */
	bool names_program;
	/* Facts: the variables in it, with digests of their values. */
	struct text variables;
};

/*
 * Reads the configuration. config_file is the value of -F, or null. home is the
 * home directory of the password database, which is "~" for ssh. A missing or
 * unreadable file is not an error here: ssh reports it. Returns 0, and the
 * caller calls sshconfig_free(); or -1 with errno without memory.
 */
int sshconfig_read(
    struct sshconfig *config, const char *config_file, const char *home);
void sshconfig_free(struct sshconfig *config);

#endif
