/* Finds a lease to take; lease.h has the rules. */
#ifndef ACQUIRE_H
#define ACQUIRE_H

#include "lease/keeper.h"
#include "lease/lease.h"
#include "mux/probe.h"
#include "namespace/failure.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stdint.h>

/* What an acquire found, for messages. */
struct acquire_report {
	unsigned int tried; /* locks won or lost on names that lay free */
	unsigned int dead, hung, unknown; /* masters that were no use */
	unsigned int salvaged; /* leftovers taken */
	unsigned int asked; /* servers of masters that were not trusted */
	unsigned int ended; /* masters whose server did not answer */
	unsigned int old; /* masters whose login was too old, told to stop */
	int64_t began_us, probe_us, wait_us;
};

struct acquire_options {
	struct probe probe; /* its owner is not looked at */
	/* How long a master is trusted after it heard from its server. */
	int trust_secs;
	/*
	 * Unless 0, the milliseconds in which the server of an untrusted master
	 * must answer, or the master is ended.
	 */
	int answer_ms;
	/* Masters with an older login are told to stop; 0: none. */
	int max_age_secs;
	/*
	 * Unless null, a keeper for the lease is prepared while its master is
	 * asked; with keeps_trusted_only not where the master is not trusted. Its
	 * counts are filled in.
	 */
	struct keeper_options *keeping;
	bool keeps_trusted_only;
};

/*
 * Takes a lease: on the most recently used free master that answers, or on a
 * leftover, or on a new name without a master, for which the caller starts one.
 * It never waits for a lease that is in use. It waits for moments for one whose
 * holder has just ended. All probes together take at most
 * options->probe.timeout_ms.
 *
 * Returns 0, and the caller gives *lease to lease_release() or a keeper; or -1
 * with *failure (not null). *report (not null) is filled in either case.
 */
int acquire_lease(const struct namespace *ns,
    const struct acquire_options *options, struct lease *lease,
    struct acquire_report *report, struct failure *failure);

/*
 * What the run comes to that met this, and could ask for its session at the
 * moment of the call: a warm one, a cold one, or plain ssh.
 */
struct counters_run
acquire_count(const struct acquire_report *report, enum counter kind);

/*
 * Whether an acquire would find a free name with a socket now. Takes no lock
 * and asks no master: a guess that the next moment may prove wrong.
 */
bool acquire_is_warm_likely(const struct namespace *ns);

#endif
