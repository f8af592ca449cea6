/*
 * The keeper is a small process that holds a lease for a process that cannot.
 *
 * ssh first closes every descriptor above 2, which frees a lock that it
 * inherits. The keeper is a child of the process that becomes ssh, and shares
 * its open file description of the lock. It waits for the end of that process,
 * however it comes, and then releases the lease.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include "lease/lease.h"
#include "namespace/counters.h"

#include <stdbool.h>

struct keeper_options {
	struct counters_run count;
	bool touch; /* refresh the socket's mtime at the release */
	/*
	 * This process becomes a script, which may leave an ssh behind. The
	 * keeper waits until no process is connected to the master.
	 */
	bool wait_for_clients;
	/*
	 * This process becomes ssh -W. The keeper wakes the master when it has
	 * ended. Otherwise the far connection of a killed one stays open until
	 * the master wakes (tried with 9.2).
	 */
	bool wakes_master;
	/*
	 * Unless 0, the milliseconds in which the server must answer, or the
	 * master is ended. This process, which is ssh and waits for a session,
	 * then connects by itself.
	 */
	int answer_ms;
	/*
	 * A master with an older login is told to stop at the release; 0: none.
	 */
	int max_age_secs;
};

/*
 * Starts the keeper of a lease of this process. When this process ends, even by
 * SIGKILL or as another program after exec, the keeper releases the lease. It
 * has a session of its own, standard descriptors on /dev/null, and only the
 * descriptors of the release. Only SIGKILL ends it. The caller keeps its
 * descriptors, and one more that exec closes.
 *
 * Returns 0, even if one was prepared; or -1 with errno without a process.
 */
int keeper_start(const struct namespace *ns, const struct lease *lease,
    const struct keeper_options *options);

/*
 * Starts the keeper before it is known whether the lease will be used. It does
 * nothing until this process execs or ends. lease_end_keeper() ends it, and so
 * does a release. Without a process, lease->keeper_pid is 0, and keeper_start()
 * tries again.
 */
void keeper_prepare(const struct namespace *ns, struct lease *lease,
    const struct keeper_options *options);

/*
 * Starts a process like a keeper without a lease: it only prunes (prune_some())
 * and ends. Returns 0, or -1 with errno.
 */
int keeper_prune(const struct namespace *ns);

#endif
