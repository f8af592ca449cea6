/* The state of one sweep_namespace(). Only for sweep.c and sweep_*.c. */
#ifndef SWEEPING_H
#define SWEEPING_H

#include "lease/lease.h"
#include "lease/sweep.h"
#include "namespace/listing.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

/* The number of masters that are told to stop at once. */
enum { SWEEP_STOPPING_MAX = 64 };

struct sweep {
	const struct sweep_options *options;
	struct namespace ns;
	/* The names in the namespace and its three folders. */
	struct listing top, sockets, free, used;
	size_t kept; /* names that stay */
	/* The times of its folders, before this sweep removed a file. */
	time_t last_use;
	bool failed;
	/* Masters that were told to stop but have not answered. */
	struct sweep_stopping {
		struct lease lease; /* of one in use only the name */
		bool is_held;
		int fd;
	} stopping[SWEEP_STOPPING_MAX];
	size_t stopping_count;
};

/*
 * Reports an action. place is null for files in the namespace folder itself;
 * name is null too for the folder itself.
 */
void sweep_tell(const struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name);

/* The same for a file that stays, with errno or the kind of trouble. */
void sweep_fail(struct sweep *sweep, enum failure_kind kind, const char *verb,
    const struct namespace_place *place, const char *name);

/* Removes the file and reports that. It may be gone already. */
void sweep_remove(struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name);

/* Whether the file is too old to be unfinished. */
bool sweep_is_stale(const struct sweep *sweep, const struct stat *st);

/*
 * sweep_check.c: reads all names and checks that runs make such names.
 * Otherwise it reports that and returns false.
 */
bool sweep_check_all(struct sweep *sweep);

/* Whether this is the name of an open file that was removed on NFS. */
bool sweep_check_is_of_nfs(const char *name);

/*
 * sweep_stop.c: tells the master of a free name to stop if it was idle for long
 * enough or must retire. It waits for the answers of all such masters together,
 * so a hung master delays the others only once.
 */
void sweep_stop_idle(struct sweep *sweep, const char *name);

/*
 * The same for the master of a name that cannot be taken, if all must retire.
 * This needs no lease: sessions do not notice a stop.
 */
void sweep_stop_held(struct sweep *sweep, const char *name);
void sweep_stop_finish(struct sweep *sweep);

/*
 * sweep_unused.c: notes the last use of the namespace, and tells whether it can
 * be removed: that was long ago, and no process has it open. Other programs
 * make the folders of their pools long before they use them.
 */
void sweep_unused_note(struct sweep *sweep);
bool sweep_unused_may_go(const struct sweep *sweep);

/*
 * sweep_elsewhere.c: whether a namespace that another machine has made, or this
 * one under another name, is of no use to anybody: nobody listens at its
 * sockets, and nothing in it was used for the time of unfinished files and a
 * day.
 */
bool sweep_elsewhere_is_over(struct sweep *sweep);

/* sweep_sockets.c: dead sockets without a lease. */
void sweep_sockets_all(struct sweep *sweep);

#endif
