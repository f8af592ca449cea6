/* The process that checks one host. */
#ifndef HEALTH_WORKER_H
#define HEALTH_WORKER_H

#include "health/endpoints.h"
#include "health/report.h"
#include "health/subject.h"

struct sharing;

struct worker_task {
	const char *host;
	const struct endpoint *endpoint; /* null: ssh -G is asked */
	const struct subject_query *query;
	const struct sharing *sharing;
	int timeout_ms;
};

/*
 * Checks the host and writes a whole struct report to fd at each step. Before
 * it connects, and before it exchanges keys, it reports that it waits, and goes
 * on when it reads a byte. If another process asks the same server, it waits
 * for its answer. These waits do not count.
 *
 * It ends soon after its time is up, by a signal, so it must run in a process
 * of its own.
 */
void worker_run(int fd, const struct worker_task *task);

#endif
