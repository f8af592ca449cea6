/*
 * Many hosts side by side. Each has a process of its own, so that nothing that
 * hangs, a name server for instance, outlives the deadline.
 */
#ifndef HEALTH_CROWD_H
#define HEALTH_CROWD_H

#include "health/worker.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One host. The task is the caller's to fill in. */
struct crowd_job {
	struct worker_task task;
	struct report report; /* the last that was told */
	pid_t pid; /* of the process that looks at it, or 0 */
	int fd;
	int64_t deadline_us;
	int64_t since_us; /* that it waits or, then, that it talks; or 0 */
	int64_t asks_since_us; /* that it was let to its address; or 0 */
};

/* Looks at all of them; what is found out is in their reports. */
void crowd_run(struct crowd_job *jobs, size_t count);

#endif
