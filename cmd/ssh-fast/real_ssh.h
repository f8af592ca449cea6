/* Finds the real ssh, which must not be ssh-fast. */
#ifndef REAL_SSH_H
#define REAL_SSH_H

#include "base/text.h"

#include <stdbool.h>

struct real_ssh {
	struct text path;
	const char *argv0; /* what it is told that it is called */
	bool is_script; /* it may end before the ssh that it starts does */
	/* A script that another ssh-fast took for ssh called this one. */
	bool is_behind_script;
	char storage[128]; /* of the path, where it is short */
};

/*
 * Finds the real ssh: the wanted one (a path, or a name in PATH), or the first
 * "ssh" in PATH that is neither ssh-fast, in any form, nor a script that runs
 * it. is_verbose prints those that are skipped. Returns 0, or -1 after a
 * message.
 */
int real_ssh_find(struct real_ssh *ssh, const char *wanted, bool is_verbose);

/*
 * Execs it with these arguments (argv[0] is replaced). may_come_back is for
 * arguments that do not show that ssh-fast made them: it fails beyond a depth
 * of nesting (ELOOP). Returns only after a failure, with errno.
 */
void
real_ssh_exec(const struct real_ssh *ssh, char *argv[], bool may_come_back);

#endif
