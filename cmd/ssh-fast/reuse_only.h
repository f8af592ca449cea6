/* --reuse-only: a run over a master that lives, or none. */
#ifndef REUSE_ONLY_H
#define REUSE_ONLY_H

#include "ssh-fast/run.h"

#include <stdbool.h>

/* Whether plain ssh would log in, and must not be run for that. */
bool reuse_only_forbids_plain(const struct run *run);

/* Says that no master can be used, and why. Returns the exit status. */
int reuse_only_fail(const struct run *run, const char *reason);

#endif
