/* The cold start of a run in its turn: not too many logins at once. */
#ifndef COLD_H
#define COLD_H

#include "namespace/gate.h"
#include "ssh-fast/master_start.h"
#include "ssh-fast/run.h"

/* What a cold start has passed. */
struct cold_gates {
	struct gate sharing; /* of those who share masters */
	struct gate server; /* of all who log in there */
};

/*
 * Waits until no more than --cold logins to the server are under way, and logs
 * in (master_start()). Where a lease becomes free meanwhile, that is the lease
 * of the run, MASTER_STARTED is returned, and nobody has logged in.
 */
enum master_start
cold_start(struct run *run, int *status, struct failure *failure);

/* The login has ended, and so does this run. */
void cold_leave_gates(struct run *run);

#endif
