/* What one run of ssh-fast knows; see ssh-fast.c. */
#ifndef RUN_H
#define RUN_H

#include "lease/acquire.h"
#include "ssh-fast/native.h"
#include "ssh-fast/options.h"
#include "pool/pool.h"
#include "ssh-fast/real_ssh.h"
#include "ssh/sshargs.h"

#include <limits.h>
#include <signal.h>
#include <stdint.h>

struct run {
	struct options options;
	struct real_ssh ssh;
	/* ssh's own arguments; argv[0] stands in front of them. */
	int argc;
	char **argv;
	struct sshargs args;
	char home[PATH_MAX];
	struct pool pool;
	struct lease lease;
	struct acquire_report report;
	struct native native; /* where --client asks for it */
	int64_t began_us;
	sigset_t inherited_mask;
};

#endif
