/* ssh -f: goes into the background with the lease. */
#ifndef BACKGROUND_H
#define BACKGROUND_H

#include "ssh-fast/run.h"

enum background {
	BACKGROUND_NONE, /* nobody has asked for it */
	BACKGROUND_CHILD, /* this is the process in the background */
	BACKGROUND_STARTED, /* that one has become ssh: nothing is left to do */
	BACKGROUND_FAILED, /* there is none, and the lease is still ours */
};

/*
 * Forks as ssh -f does after its login. The child has a session of its own and
 * is the holder of the lease. Returns in both processes; in this one after the
 * child has execed or failed.
 */
enum background background_start(struct run *run);

/* Tells the waiting process that this child cannot become ssh. */
void background_give_up(void);

#endif
