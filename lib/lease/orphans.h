/*
 * Orphans are sessions that ended here (a signal, a timeout, "~.") while the
 * far command runs on. A quiet one uses one of the sessions that the server
 * grants to a connection, and keeps the master alive, until it ends. So a
 * master with orphans is leased only if there is no other. A master that is
 * full of them stops listening.
 */
#ifndef ORPHANS_H
#define ORPHANS_H

#include "lease/lease.h"

/*
 * Counts the orphans of the master of the lease, if no process has a session
 * there. The count is unchanged if the pid is unknown. A shared master (slot.h)
 * has none: its slots are counted.
 */
void orphans_recount(struct lease *lease);

/* Whether the server, by its default limit, would grant no more. */
bool orphans_are_too_many(struct lease *lease);

/*
 * Asks the master of a held lease to stop listening. It ends after its last
 * session, and is not leased again. Releases the lease.
 */
void orphans_retire(
    const struct namespace *ns, struct lease *lease, int64_t deadline_us);

#endif
