/*
 * Orphans: sessions that ended here (a signal, a timeout, "~.") while the far
 * command did not. A quiet one holds one of the sessions that the server
 * grants to a connection, and the master's life, until it ends; it costs that,
 * and not the connection. So a master with orphans is leased where there is
 * none without, and one that is full of them stops listening.
 */
#ifndef ORPHANS_H
#define ORPHANS_H

#include "lease/lease.h"

/*
 * Counts those of the lease's master anew, as long as nobody has a session
 * there; what is known stays where its pid is not. Of a master that is shared
 * (slot.h) none are known: its slots are counted.
 */
void orphans_recount(struct lease *lease);

/* Whether the server, by what it grants by default, would grant no more. */
bool orphans_are_too_many(const struct lease *lease);

/*
 * Asks the master of a held lease to stop listening: it ends with its last
 * session, and nobody leases it again. Gives the lease back.
 */
void orphans_retire(
    const struct namespace *ns, struct lease *lease, int64_t deadline_us);

#endif
