/* How a run takes its lease, and what it says of it. */
#ifndef TAKING_H
#define TAKING_H

#include "lease/keeper.h"
#include "ssh-fast/run.h"

/* What the keeper of this run's lease is to do. */
struct keeper_options taking_keeper_options(const struct run *run);

/*
 * Takes a lease of the open pool, into run->lease and run->report. The native
 * client becomes the one of this run where a master is not trusted and ssh was
 * chosen though either would do. 0, or -1 with *failure (not null).
 */
int taking_lease(struct run *run, struct failure *failure);

/*
 * Gives the lease up, unless that is done, and takes another: a slot goes with
 * its master. As above.
 */
int taking_another(struct run *run, struct failure *failure);

/* Says with --verbose which lease it is, and how it was found. */
void taking_tell(const struct run *run);

#endif
