/*
 * A wait in vain, for a keeper that did not release its lease: a link in the
 * namespace names the lock that was waited for, so that it is done once.
 */
#ifndef VAIN_H
#define VAIN_H

#include "lease/holder.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/* Whether the lock of that holder was waited for in vain. */
bool vain_is_noted(
    const struct namespace *ns, const char *name, const struct holder *holder);

/* Notes it, in the place of what was noted before. */
void vain_note(
    const struct namespace *ns, const char *name, const struct holder *holder);

#endif
