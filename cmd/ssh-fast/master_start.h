/* A cold start: a master is started, and the lease is warm. */
#ifndef MASTER_START_H
#define MASTER_START_H

#include "namespace/failure.h"
#include "ssh-fast/run.h"

enum master_start {
	MASTER_STARTED, /* the lease is warm */
	/* ssh could not log in, or was ended: *status is what to exit with. The
	 * lease is released. */
	MASTER_FAILED,
	/* *failure says why no login was tried. The lease is released. */
	MASTER_NOT_TRIED,
};

/*
 * Runs the real ssh as a child that logs in, with the terminal, the standard
 * descriptors and the signals of this run, and leaves a master behind. Does not
 * return where that child, and so this run, is ended by a signal.
 *
 * There is one attempt: a second one could lock the account.
 */
enum master_start
master_start(struct run *run, int *status, struct failure *failure);

#endif
