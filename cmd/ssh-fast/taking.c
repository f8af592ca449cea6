#include "ssh-fast/taking.h"

#include "base/deadline.h"
#include "lease/acquire.h"
#include "shared/message.h"
#include "ssh-fast/client.h"

#include <stdio.h>

void
taking_tell(const struct run *run)
{
	const struct acquire_report *report = &run->report;
	char master[32] = "", orphans[32] = "";

	if (run->lease.master_pid > 0)
		(void)snprintf(master, sizeof(master), ", master %ld",
		    (long)run->lease.master_pid);
	if (run->lease.orphans > 0)
		(void)snprintf(orphans, sizeof(orphans), ", orphans %d",
		    run->lease.orphans);
	message("namespace %s", run->pool.ns.path);
	message("client: %s", client_words(run));
	message("lease %s, %s%s%s%s; tried %u, salvaged %u, dead %u, hung %u, "
		"unknown %u; servers asked %u, masters ended %u, too old %u; "
		"probe %.2f "
		"ms, waited %.2f ms, all %.2f ms",
	    run->lease.name, run->lease.is_warm ? "warm" : "cold", master,
	    !run->lease.is_warm		? ""
		: run->lease.is_trusted ? ", trusted"
					: ", not trusted",
	    orphans, report->tried, report->salvaged, report->dead,
	    report->hung, report->unknown, report->asked, report->ended,
	    report->old, (double)report->probe_us / 1000,
	    (double)report->wait_us / 1000,
	    (double)(deadline_now_us() - run->began_us) / 1000);
}

/*
 * The answer of a forward comes from its target, and a script can do anything.
 * A master that has just logged in has heard from its server.
 */
struct keeper_options
taking_keeper_options(const struct run *run)
{
	const bool is_forward = run->pool.endpoint.is_stdio_forward;
	struct keeper_options options = {.touch = run->options.touch,
	    .wait_for_clients = run->ssh.is_script,
	    .wakes_master = is_forward,
	    .max_age_secs = run->options.max_age_secs};

	if (!is_forward && !run->ssh.is_script && !run->has_logged_in)
		options.answer_ms = run->options.answer_secs * 1000;
	return options;
}

/*
 * The native client opens a session under a deadline, so the server of an
 * untrusted master need not be asked first.
 */
int
taking_lease(struct run *run, struct failure *failure)
{
	const bool may_be_native = client_may_be_native(run);
	struct keeper_options keeping = taking_keeper_options(run);
	struct acquire_options options = {
	    .probe = {.kind = run->options.probe,
		.timeout_ms = run->options.probe_timeout_ms,
		.ssh = run->ssh.path.data,
		.keeps_connection = true},
	    .trust_secs = run->options.trust_secs,
	    .keeps_trusted_only = may_be_native,
	    .max_age_secs = run->options.max_age_secs};

	if (run->client.kind == CLIENT_IS_SSH) {
		if (!run->pool.endpoint.in_background)
			options.keeping = &keeping;
		if (!may_be_native && run->options.probe != PROBE_NONE)
			options.answer_ms = run->options.answer_secs * 1000;
	}
	/*
	 * Other runs may have sessions on a shared master. It must not be ended
	 * for one session, so its server is asked first.
	 */
	if (run->options.slots > 1 && run->options.probe != PROBE_NONE)
		options.answer_ms = run->options.answer_secs * 1000;
	if (acquire_lease(&run->pool.ns, &options, &run->lease, &run->report,
		failure) == -1)
		return -1;
	if (may_be_native && run->lease.is_warm && !run->lease.is_trusted)
		client_become_native(run);
	return 0;
}

int
taking_another(struct run *run, struct failure *failure)
{
	if (run->lease.lock_fd != -1)
		(void)lease_release(&run->pool.ns, &run->lease, false);
	run->has_logged_in = false;
	return taking_lease(run, failure);
}
