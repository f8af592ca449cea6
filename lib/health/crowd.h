/*
 * Checks many hosts at a time. Each has its own process, so that a hang, for
 * example in a name server, does not outlive the deadline.
 */
#ifndef HEALTH_CROWD_H
#define HEALTH_CROWD_H

#include "health/worker.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One host. The caller fills in the task. */
struct crowd_job {
	struct worker_task task;
	struct report report; /* the last that was told */
	pid_t pid; /* of the process that looks at it, or 0 */
	int fd;
	int64_t deadline_us;
	int64_t since_us; /* that it waits or, then, that it talks; or 0 */
	int64_t asks_since_us; /* that it was let to its address; or 0 */
};

/* Checks all hosts, and stores the results in their reports. */
void crowd_run(struct crowd_job *jobs, size_t count);

#endif
