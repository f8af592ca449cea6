/*
 * Removing what is left of one name whose master has ended, and freeing what a
 * crash has left as used: under the lock of the name, and only where nobody
 * has it. Needs no allocation: the keeper does some of it after its ssh.
 */
#ifndef PRUNE_H
#define PRUNE_H

#include "namespace/namespace.h"

#include <stdbool.h>

struct prune_options {
	bool dry_run;
	/*
	 * Nothing is known of holders in another pid namespace; a name that
	 * one of them took is left until it is so old.
	 */
	int ttl_secs;
};

/* What was done, or with dry_run would be. */
struct prune_report {
	bool removed_socket, removed_lock_file, freed;
	/* After PRUNE_FAILED, with errno: what could not be done. */
	const char *verb;
};

enum prune_result {
	PRUNE_GONE, /* there is nothing of that name any more */
	PRUNE_LIVE, /* free, and its master lives, or may live */
	PRUNE_KEPT, /* in use, or better left alone */
	PRUNE_FAILED,
};

/*
 * A name in free/. One whose master lives is not even locked, so that nobody
 * who wants it finds it taken.
 */
enum prune_result prune_free(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report);

/* A name in used/: PRUNE_LIVE where it is free now. */
enum prune_result prune_used(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report);

/*
 * Removes the file, or with dry_run would. 1; 0 where it was gone already; -1
 * with errno.
 */
int
prune_file(const struct namespace_place *place, const char *name, bool dry_run);

/*
 * Looks at a few names, and where one of them is to be removed or freed, at all
 * of them, for a quarter of a second at most: what the critical path has left
 * over, cleaned off it.
 */
void prune_some(const struct namespace *ns);

#endif
