/* Finding a lease to take; lease.h has the rules. */
#ifndef ACQUIRE_H
#define ACQUIRE_H

#include "lease/keeper.h"
#include "lease/lease.h"
#include "mux/probe.h"
#include "namespace/failure.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stdint.h>

/* What an acquire met on its way, for the curious. */
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
	/* For so long a master that has heard from its server is trusted. */
	int trust_secs;
	/*
	 * Unless 0, the server of one that is not trusted has so many
	 * milliseconds to answer, or the master is ended.
	 */
	int answer_ms;
	/* A master whose login is older is told to stop; 0: none is. */
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
 * Takes a lease: on the most recently used free master that answers, else on
 * a leftover of somebody who crashed, else on a name without a master, which
 * the caller's ssh will start. Never waits for a lease that is in use, only,
 * for moments, for one whose holder has just ended. All probing of masters
 * together takes no longer than options->probe.timeout_ms.
 *
 * 0 and *lease is to be handed to lease_release() or to a keeper; or -1 with
 * *failure (not null). *report (not null) is filled in either case.
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
