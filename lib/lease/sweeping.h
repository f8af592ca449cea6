/*
 * What one sweep_namespace() carries from step to step. For sweep.c and the
 * files beside it, sweep_*.c, alone.
 */
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

/* So many masters are told to stop at once. */
enum { SWEEP_STOPPING_MAX = 64 };

struct sweep {
	const struct sweep_options *options;
	struct namespace ns;
	/* What lies in the namespace and its three folders. */
	struct listing top, sockets, free, used;
	size_t kept; /* names that stay */
	/* Of its folders, before this sweep removed anything in them. */
	time_t last_use;
	bool failed;
	/* Masters that were told to stop and have not answered yet. */
	struct sweep_stopping {
		struct lease lease; /* of one in use only the name */
		bool is_held;
		int fd;
	} stopping[SWEEP_STOPPING_MAX];
	size_t stopping_count;
};

/*
 * Tells what was done. place is null for what lies in the namespace itself,
 * and name too for that itself.
 */
void sweep_tell(const struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name);

/* The same for what stays as it is, with errno or the kind of trouble. */
void sweep_fail(struct sweep *sweep, enum failure_kind kind, const char *verb,
    const struct namespace_place *place, const char *name);

/* Removes the file, and tells; what is gone already is as good. */
void sweep_remove(struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name);

/* Whether it is so old that nobody is still making it. */
bool sweep_is_stale(const struct sweep *sweep, const struct stat *st);

/*
 * sweep_check.c: reads all names and makes sure that each is one that
 * acquirers make. False where that is not so, and told.
 */
bool sweep_check_all(struct sweep *sweep);

/* Whether NFS keeps an open file that was removed under that name. */
bool sweep_check_is_of_nfs(const char *name);

/*
 * sweep_stop.c: tells the master of a free name to stop, where it was idle for
 * long enough or is to retire, and waits for the answers of all that were told.
 * A master that does not answer keeps the others waiting no longer than one.
 */
void sweep_stop_idle(struct sweep *sweep, const char *name);

/*
 * The same for the master of a name that cannot be taken, where all are to
 * retire: without its lease, as no session notices a stop.
 */
void sweep_stop_held(struct sweep *sweep, const char *name);
void sweep_stop_finish(struct sweep *sweep);

/*
 * sweep_unused.c: notes when the namespace was last used, and tells whether
 * that was so long ago, and nobody has it open, that it can go. A peer makes
 * the folders of its pools long before it uses them.
 */
void sweep_unused_note(struct sweep *sweep);
bool sweep_unused_may_go(const struct sweep *sweep);

/* sweep_sockets.c: sockets that are nobody's lease, and that nobody has. */
void sweep_sockets_all(struct sweep *sweep);

#endif
