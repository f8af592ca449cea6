/*
 * The leases of masters that hung. Their lock files stay in used/, under names
 * that begin with another letter: a peer that knows only the lock looks at
 * names of leases alone, and would take one.
 */
#ifndef HUNG_H
#define HUNG_H

#include "lease/lease.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/* Whether that is such a name. */
bool hung_is_name(const char *name);

/* The name of the lease for that of its hung lock file, and the reverse. */
void hung_lease_name(
    const char *hung_name, char lease_name[NAMESPACE_LEASE_NAME_SIZE]);
void hung_file_name(
    const char *lease_name, char hung_name[NAMESPACE_LEASE_NAME_SIZE]);

/*
 * Takes a lease whose master hung, and has rested since: its lock file gets its
 * own name back. 0 and *lease is as if it were taken from used/; or -1 with
 * errno (EBUSY: it has not rested; EWOULDBLOCK: somebody else has it; ENOENT:
 * it is not there any more).
 */
int hung_take_back(
    const struct namespace *ns, const char *hung_name, struct lease *lease);

#endif
