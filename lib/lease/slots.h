/*
 * Leases that share a master: slots (slot.h). What holds for every lease holds
 * for each of them (lease.h), and beyond that:
 *
 *  - The names of a master's slots are made once, after its login, and never
 *    again. So no more sessions than those have it at any time.
 *  - A leftover slot in used/ is removed, not freed. So is one whose session was
 *    interrupted: the far command may go on, and the server counts it.
 *  - A master is not ended while another process has a lease of it.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include "lease/lease.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/*
 * Makes the other slots of a master that has just logged in, so that there are
 * ns->slots leases. This lease has slot 0. If some cannot be made, fewer runs
 * share the master.
 */
void slots_make(const struct namespace *ns, const struct lease *lease);

/*
 * Gives up the lease and its slot for good: the command of its session may
 * still run. Closes the lease. Without a slot it is released.
 */
void slots_retire(const struct namespace *ns, struct lease *lease, bool touch);

/* Whether another process holds a lease of the same master. */
bool slots_are_held(const struct namespace *ns, const char *name);

/* How many leases of that master lie in used/. */
int slots_count_used(const struct namespace *ns, const char *name);

#endif
