/* What inspect.c tells of a lease where details are wanted. For it alone. */
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
 * Of a lease that is held: the program of its holder, and since when he has
 * it, where the line in the lock file tells that of him.
 */
void inspect_details_holder(
    struct inspect_lease *lease, const struct holder *holder);

/* Of a master that was found: its age, its end and its connection. */
void inspect_details_master(struct inspect_lease *lease,
    const struct master *master, const struct inspect_view *view);

#endif
