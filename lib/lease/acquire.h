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
	int64_t probe_us, wait_us;
};

/*
 * Takes a lease: on the most recently used free master that answers, else on
 * a leftover of somebody who crashed, else on a name without a master, which
 * the caller's ssh will start. Never waits for a lease that is in use, only,
 * for moments, for one whose holder has just ended. All probing together takes
 * no longer than probe->timeout_ms.
 *
 * With keeping, a keeper for the lease is prepared while its master is asked.
 *
 * 0 and *lease is to be handed to lease_release() or to a keeper; or -1 with
 * *failure (not null). *report (not null) is filled in either case.
 */
int acquire_lease(const struct namespace *ns, const struct probe *probe,
    const struct keeper_options *keeping, struct lease *lease,
    struct acquire_report *report, struct failure *failure);

/*
 * Whether an acquire would find a free name with a socket now. Takes no lock
 * and asks no master: a guess that the next moment may prove wrong.
 */
bool acquire_is_warm_likely(const struct namespace *ns);

#endif
