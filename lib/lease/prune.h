/*
 * Removes the files of one name whose master has ended, and frees leases that a
 * crash left in use. It works under the lock of the name, and only if no
 * process has it. It allocates nothing, since the keeper uses it.
 */
#ifndef PRUNE_H
#define PRUNE_H

#include "namespace/namespace.h"

#include <stdbool.h>

struct prune_options {
	bool dry_run;
	/*
	 * A holder in another pid namespace is unknown. A name that it took
	 * stays until it is this old.
	 */
	int ttl_secs;
};

/* What was done, or with dry_run would be done. */
struct prune_report {
	bool removed_socket, removed_lock_file, freed;
	/* After PRUNE_FAILED, with errno: the step that failed. */
	const char *verb;
};

enum prune_result {
	PRUNE_GONE, /* there is nothing of that name any more */
	PRUNE_LIVE, /* free, and its master lives, or may live */
	PRUNE_KEPT, /* in use, or better left alone */
	PRUNE_FAILED,
};

/*
 * A name in free/. If its master lives it is not even locked, so that no run
 * finds it taken.
 */
enum prune_result prune_free(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report);

/* A name in used/. PRUNE_LIVE: it is free now. */
enum prune_result prune_used(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report);

/*
 * Removes the file, or with dry_run would. Returns 1; 0 if it was gone; -1 with
 * errno.
 */
int
prune_file(const struct namespace_place *place, const char *name, bool dry_run);

/*
 * Looks at a few names. If one is to be removed or freed, looks at all of them,
 * for at most a quarter of a second. This is the cleaning that the path to a
 * session leaves out.
 */
void prune_some(const struct namespace *ns);

#endif
