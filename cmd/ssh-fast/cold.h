/* A cold start, with a limit on the logins at once. */
#ifndef COLD_H
#define COLD_H

#include "namespace/gate.h"
#include "ssh-fast/master_start.h"
#include "ssh-fast/run.h"

/* The gate of a cold start. */
struct cold_gates {
	struct gate sharing; /* of those who share masters */
	struct gate server; /* of all who log in there */
};

/*
 * Waits until fewer than --cold logins to the server are in progress, and logs
 * in (master_start()). If a lease becomes free first, that is the lease of the
 * run, MASTER_STARTED is returned, and there is no login.
 */
enum master_start
cold_start(struct run *run, int *status, struct failure *failure);

/* The login and this run have ended. */
void cold_leave_gates(struct run *run);

#endif
