/* --reuse-only: runs over a live master, or not at all. */
#ifndef REUSE_ONLY_H
#define REUSE_ONLY_H

#include "ssh-fast/run.h"

#include <stdbool.h>

/* Whether plain ssh would log in, so it must not run. */
bool reuse_only_forbids_plain(const struct run *run);

/* Prints that no master can be used, and why. Returns the exit status. */
int reuse_only_fail(const struct run *run, const char *reason);

#endif
