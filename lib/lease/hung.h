/*
 * The leases of hung masters. Their lock files stay in used/, under names that
 * begin with another letter. A program that knows only the lock tries only
 * names of leases, so it does not take them.
 */
#ifndef HUNG_H
#define HUNG_H

#include "lease/lease.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/* Whether this is such a name. */
bool hung_is_name(const char *name);

/* The name of the lease of a hung lock file, and the reverse. */
void hung_lease_name(
    const char *hung_name, char lease_name[NAMESPACE_LEASE_NAME_SIZE]);
void hung_file_name(
    const char *lease_name, char hung_name[NAMESPACE_LEASE_NAME_SIZE]);

/*
 * Takes a lease whose master hung and has rested since. Its lock file gets its
 * own name back. Returns 0, with *lease as if taken from used/; or -1 with
 * errno (EBUSY: it has not rested; EWOULDBLOCK: another process has it; ENOENT:
 * it is gone).
 */
int hung_take_back(
    const struct namespace *ns, const char *hung_name, struct lease *lease);

#endif
