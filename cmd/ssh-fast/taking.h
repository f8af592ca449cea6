/* Takes the lease of a run, and reports it. */
#ifndef TAKING_H
#define TAKING_H

#include "lease/keeper.h"
#include "ssh-fast/run.h"

/* The options of the keeper of this run. */
struct keeper_options taking_keeper_options(const struct run *run);

/*
 * Takes a lease of the open pool, into run->lease and run->report. The native
 * client takes over an untrusted master if both clients are exact. Returns 0,
 * or -1 with *failure (not null).
 */
int taking_lease(struct run *run, struct failure *failure);

/*
 * Gives up the lease, if it is held, and takes another: a slot goes with its
 * master. Returns as above.
 */
int taking_another(struct run *run, struct failure *failure);

/* Prints with --verbose which lease it is, and how it was found. */
void taking_tell(const struct run *run);

#endif
