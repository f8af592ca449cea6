/*
 * NS/counters: the counts of the runs of a namespace. It is a text of fixed
 * size, replaced in one call under a lock. A crash loses at most one count, and
 * parallel writers lose none.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "namespace/namespace.h"

#include <stdbool.h>
#include <stdint.h>

enum counter {
	COUNTER_WARM, /* runs over a master that was there: logins saved */
	COUNTER_COLD, /* runs that logged in */
	/* Plain ssh, by reason: the configuration, or how it is called; ... */
	COUNTER_PLAIN_ASKED,
	COUNTER_PLAIN_CLIENT, /* no client does all that plain ssh does */
	COUNTER_PLAIN_NO_LEASE, /* some trouble of ours */
	COUNTER_PLAIN_REFUSED, /* the master or the server wants no session */
	COUNTER_DEAD, /* masters met that had ended */
	COUNTER_HUNG, /* masters met that did not answer */
	COUNTER_WAIT_US, /* waited for leases that were about to be free */
	COUNTER_WARM_US, /* until the session could be asked for, all runs */
	COUNTER_COLD_US, /* the same of cold runs, in which logins are most */
	COUNTERS,
};

struct counters {
	uint64_t of[COUNTERS];
	int64_t since; /* in seconds since 1970, of the first; 0: never */
};

/* One run. It is small, since each start has one. */
struct counters_run {
	enum counter kind; /* warm, cold, or plain and why */
	unsigned int dead, hung; /* masters that it met */
	uint32_t wait_us;
	uint32_t us; /* until the session could be asked for */
};

/*
 * Counts a run, unless another process holds the lock for longer than this many
 * milliseconds. Returns 0, or -1 with errno and counts nothing.
 */
int counters_add(const struct namespace *ns, const struct counters_run *run,
    int patience_ms);

/* The counts; all 0 if there are none, or they cannot be read. */
void counters_read(const struct namespace *ns, struct counters *counters);

/* Runs of all kinds. */
uint64_t counters_runs(const struct counters *counters);

/*
 * The microseconds that warm starts have saved, compared with cold starts to
 * the same endpoint. 0 without a cold start.
 */
uint64_t counters_saved_us(const struct counters *counters);

#endif
