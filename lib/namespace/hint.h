/*
 * NS/last: the name of the lease that was used last, where an acquirer looks
 * first. That costs the same however many leases there are, prefers the master
 * that was used most recently, and tells which lease the process before us, in
 * the same shell, is about to give back. Nothing but a hint: it is a symbolic
 * link that leads nowhere, written by keepers, and whoever follows it takes
 * the lease by the same rules as any other.
 */
#ifndef HINT_H
#define HINT_H

#include "namespace/namespace.h"

#include <stdbool.h>

/* Whether there is a hint that holds a lease name: name is filled then. */
bool hint_read(
    const struct namespace *ns, char name[NAMESPACE_LEASE_NAME_LENGTH + 1]);

/* Makes that name the hint, unless it is, or somebody is at it right now. */
void hint_write(const struct namespace *ns, const char *name);

#endif
