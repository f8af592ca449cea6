/*
 * The keeper: a small process that holds a lease for a process that cannot.
 *
 * ssh begins its main() by closing every descriptor above 2, so a lock that it
 * merely inherits is free at once. The keeper is a child of the process that
 * becomes ssh and shares its open file description of the lock; it waits for
 * the end of that process, however it comes, and releases the lease in order.
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
	 * This process becomes a script or the like, which may end and leave
	 * an ssh of its own behind: wait until nobody is connected to the
	 * master any more.
	 */
	bool wait_for_clients;
	/*
	 * This process becomes ssh -W: wake the master when it has ended. Else
	 * the far connection of one that was killed stays open until something
	 * else wakes the master (measured on 9.2).
	 */
	bool wakes_master;
	/*
	 * Unless 0, the server has so many milliseconds to answer the first
	 * that is sent, or the master is ended. This process, which is ssh and
	 * waits for a session, then connects by itself.
	 */
	int answer_ms;
	/* A master whose login is older is told to stop at the release; 0:
	 * none is. */
	int max_age_secs;
};

/*
 * Starts the keeper of a lease held by this process. When this process ends,
 * also by kill -9, also under another program after exec, the keeper releases
 * the lease. The keeper lives in a session of its own with its standard
 * descriptors on /dev/null, holds nothing open but what the release needs, and
 * no signal but SIGKILL ends it. The caller goes on owning its copies of the
 * descriptors, and one more that is closed on exec.
 *
 * 0, also where one has been prepared; or -1 with errno when no process could
 * be started.
 */
int keeper_start(const struct namespace *ns, const struct lease *lease,
    const struct keeper_options *options);

/*
 * Starts the keeper while it is not known yet whether the lease will be used:
 * it does nothing until this process execs or ends. lease_end_keeper() ends it
 * again, as does whatever gives the lease back. Where it cannot be had,
 * lease->keeper_pid is 0, and keeper_start() tries later.
 */
void keeper_prepare(const struct namespace *ns, struct lease *lease,
    const struct keeper_options *options);

/*
 * Starts a process like a keeper that holds no lease: it only prunes
 * (prune_some()) and ends. 0, or -1 with errno.
 */
int keeper_prune(const struct namespace *ns);

#endif
