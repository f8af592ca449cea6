/*
 * NS/counters: what the runs of a namespace have come to. A text of a fixed
 * size, written over in one call under a lock, so that a crash loses the last
 * count at most, and many writers lose none.
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

/* One run. Small, as a start carries it along. */
struct counters_run {
	enum counter kind; /* warm, cold, or plain and why */
	unsigned int dead, hung; /* masters that it met */
	uint32_t wait_us;
	uint32_t us; /* until the session could be asked for */
};

/*
 * Counts a run, where no process keeps the file locked for longer than this
 * many milliseconds. 0, or -1 with errno and nothing counted.
 */
int counters_add(const struct namespace *ns, const struct counters_run *run,
    int patience_ms);

/* What has been counted; all 0 where nothing was, or it cannot be read. */
void counters_read(const struct namespace *ns, struct counters *counters);

/* Runs of all kinds. */
uint64_t counters_runs(const struct counters *counters);

/*
 * Microseconds that warm starts have saved: how much longer a cold one took,
 * measured on the same endpoint. 0 where none was.
 */
uint64_t counters_saved_us(const struct counters *counters);

#endif
