/* Unlocked names in used/: what a crash left, and what only looks so. */
#ifndef LEFTOVER_H
#define LEFTOVER_H

#include "lease/holder.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/*
 * Whether used/NAME, whose lock the caller has just taken as lock_fd and whose
 * holder is what holder_read() says, may be taken (R5). Of a holder in another
 * pid namespace nothing can be known: then only what has no master may. Nor
 * may a master that somebody is still connected to: a script was started in
 * the place of ssh, and both it and its keeper were killed. One that hung
 * is left alone for a while.
 */
bool leftover_may_be_taken(const struct namespace *ns, const char *name,
    int lock_fd, const struct holder *holder);

#endif
