/* The details of a lease. Only for inspect.c. */
#ifndef INSPECT_DETAILS_H
#define INSPECT_DETAILS_H

#include "lease/holder.h"
#include "lease/inspect.h"
#include "mux/masters.h"
#include "platform/platform.h"

struct inspect_view {
	struct platform_locks *locks;
	struct masters *masters;
	struct platform_connections *connections; /* null: no details */
};

/*
 * For a held lease: the program of its holder, and the time since which it
 * holds the lease, if the line in the lock file has that.
 */
void inspect_details_holder(
    struct inspect_lease *lease, const struct holder *holder);

/* For a master that was found: its age, its end and its connection. */
void inspect_details_master(struct inspect_lease *lease,
    const struct master *master, const struct inspect_view *view);

#endif
