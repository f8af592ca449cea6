/* The state of one run; see ssh-fast.c. */
#ifndef RUN_H
#define RUN_H

#include "lease/acquire.h"
#include "ssh-fast/client.h"
#include "ssh-fast/native.h"
#include "ssh-fast/options.h"
#include "pool/pool.h"
#include "ssh-fast/real_ssh.h"
#include "ssh/sshargs.h"

#include <signal.h>
#include <stdint.h>

/*
 * Each page that is written to costs a page fault. So small fields come first,
 * and large ones that are used in part come last.
 */
struct run {
	struct options options;
	/* The arguments of ssh, after argv[0]. */
	int argc;
	char **argv;
	int64_t began_us, started_us; /* with --verbose or --log */
	bool is_logged;
	sigset_t inherited_mask;
	struct lease lease;
	struct acquire_report report;
	bool
	    has_logged_in; /* the master of the lease was started by this run */
	bool is_unattended; /* a login must not ask questions */
	struct cold_gates *gates; /* while a login is under way, or null */
	struct client_choice client;
	struct native native; /* where --client asks for it */
	struct text home;
	char home_storage[128];
	struct text settings_path, settings; /* the file, what is in it */
	char settings_path_storage[256];
	struct real_ssh ssh;
	struct sshargs args;
	struct pool pool;
};

#endif
