/* The process that looks at one host. */
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
 * Looks at it and tells on fd what is known, a whole struct report at each
 * step. Before it connects, and before it exchanges keys, it says that it
 * waits, and goes on when it reads a byte; where another process asks the same
 * server, it waits for that one's answer. The time until then does not count.
 * Ends by itself, with a signal, soon after time is up. For a process of its
 * own, which is to end then.
 */
void worker_run(int fd, const struct worker_task *task);

#endif
