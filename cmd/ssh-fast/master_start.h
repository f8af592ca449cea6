/* A cold start: starts a master, so the lease is warm. */
#ifndef MASTER_START_H
#define MASTER_START_H

#include "namespace/failure.h"
#include "ssh-fast/run.h"

enum master_start {
	MASTER_STARTED, /* the lease is warm */
	/*
	 * ssh could not log in, or was ended: *status is the exit status. The
	 * lease is released.
	 */
	MASTER_FAILED,
	/* *failure says why no login was tried. The lease is released. */
	MASTER_NOT_TRIED,
};

/*
 * Runs the real ssh as a child that logs in and starts a master. It has the
 * terminal, standard descriptors and signals of this run. Does not return if a
 * signal ends the child, and so this run.
 *
 * It makes one attempt: a second one could lock the account.
 */
enum master_start
master_start(struct run *run, int *status, struct failure *failure);

#endif
