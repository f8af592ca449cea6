/*
 * NS/last: the name of the lease that was used last, where a process looks
 * first. The cost does not depend on the number of leases, and the master with
 * the latest use is preferred. In a shell, it is also the lease that the
 * process before is about to release.
 *
 * It is only a hint: a symbolic link to no file, written by keepers. A process
 * that follows it takes the lease by the rules.
 */
#ifndef HINT_H
#define HINT_H

#include "namespace/namespace.h"

#include <stdbool.h>

/* Whether there is a hint with the name of a lease, which name gets. */
bool hint_read(
    const struct namespace *ns, char name[NAMESPACE_LEASE_NAME_LENGTH + 1]);

/* Makes this name the hint, unless it is, or another process is writing it. */
void hint_write(const struct namespace *ns, const char *name);

#endif
