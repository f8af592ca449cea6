/* Finding the ssh that does the work, which must not be ssh-fast again. */
#ifndef REAL_SSH_H
#define REAL_SSH_H

#include "base/text.h"

#include <stdbool.h>

struct real_ssh {
	struct text path;
	const char *argv0; /* what it is told that it is called */
	bool is_script; /* it may end before the ssh that it starts does */
	/* This ssh-fast was called by a script that another took for ssh. */
	bool is_behind_script;
	char storage[128]; /* of the path, where it is short */
};

/*
 * Finds the real ssh: the wanted one (a path, or a name to look up in PATH),
 * else the first "ssh" in PATH that is neither ssh-fast, under whatever name,
 * copied or linked, nor a script that runs it. is_verbose says what is skipped.
 * 0, or -1 after a message.
 */
int real_ssh_find(struct real_ssh *ssh, const char *wanted, bool is_verbose);

/*
 * Execs it with these arguments (argv[0] is replaced). Where the arguments do
 * not show by themselves that they come from ssh-fast, may_come_back has it
 * run only so many levels deep (ELOOP). Returns only after a failure, with
 * errno.
 */
void
real_ssh_exec(const struct real_ssh *ssh, char *argv[], bool may_come_back);

#endif
