/*
 * A wait in vain for a keeper that did not release its lease. A link in the
 * namespace names the lock, so only one run waits for it.
 */
#ifndef VAIN_H
#define VAIN_H

#include "lease/holder.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/* Whether a run waited in vain for the lock of this holder. */
bool vain_is_noted(
    const struct namespace *ns, const char *name, const struct holder *holder);

/* Notes it, and replaces the earlier note. */
void vain_note(
    const struct namespace *ns, const char *name, const struct holder *holder);

#endif
