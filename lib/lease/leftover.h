/* Unlocked names in used/, which a crash may have left. */
#ifndef LEFTOVER_H
#define LEFTOVER_H

#include "lease/holder.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/*
 * Whether used/NAME may be taken (R5). The caller has just locked it as
 * lock_fd, and its holder is the result of holder_read(). If the holder is in
 * another pid namespace, it is taken only without a master. It is not taken
 * while a process is connected to its master: a script ran in place of ssh, and
 * both it and its keeper were killed. A hung master rests for a while.
 */
bool leftover_may_be_taken(const struct namespace *ns, const char *name,
    int lock_fd, const struct holder *holder);

#endif
