#include "lease/sweeping.h"

#include "base/deadline.h"
#include "mux/probe.h"

#include <errno.h>
#include <time.h>

static bool
is_idle(const struct sweep *sweep, const char *name)
{
	struct timespec used;

	return sweep->options->exit_idle_secs >= 0 &&
	    namespace_has_socket(&sweep->ns, name, &used) && used.tv_sec != 0 &&
	    time(NULL) - used.tv_sec >= sweep->options->exit_idle_secs;
}

/* What came of it; the lease is disposed of. */
static void
take_answer(struct sweep *sweep, struct lease *lease, enum probe_result result)
{
	if (result == PROBE_HUNG) {
		errno = ETIMEDOUT;
		sweep_fail(sweep, FAILURE_SYSTEM, "stop the master of",
		    &sweep->ns.sockets, lease->name);
		lease_set_aside(lease);
		return;
	}
	if (result == PROBE_ALIVE) {
		sweep_tell(
		    sweep, SWEEP_STOPPED, &sweep->ns.sockets, lease->name);
		sweep->kept--;
	}
	(void)lease_release(&sweep->ns, lease, false);
}

void
sweep_stop_finish(struct sweep *sweep)
{
	int *patience_ms = sweep->options->patience_ms;
	int64_t began_us = deadline_now_us(), deadline_us;
	size_t i;

	deadline_us = deadline_in_ms(
	    *patience_ms > 0 ? sweep->options->timeout_ms : SWEEP_IMPATIENT_MS);
	for (i = 0; i < sweep->stopping_count; i++)
		take_answer(sweep, &sweep->stopping[i].lease,
		    probe_stop_answer(sweep->stopping[i].fd, deadline_us));
	sweep->stopping_count = 0;
	*patience_ms -= (int)((deadline_now_us() - began_us) / 1000);
}

/* Takes the lease as any acquirer does. */
static void
tell_to_stop(struct sweep *sweep, const char *name)
{
	const struct namespace *ns = &sweep->ns;
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct lease lease;
	enum probe_result result;
	int fd;

	if (lease_claim(ns, name, &lease) == -1)
		return;
	/* Somebody may have used it since. */
	if (!is_idle(sweep, name)) {
		(void)lease_release(ns, &lease, false);
		return;
	}
	namespace_socket_path(ns, name, path);
	result = probe_stop_ask(path, ns->owner, &fd);
	if (result != PROBE_ALIVE) {
		take_answer(sweep, &lease, result);
		return;
	}
	if (sweep->stopping_count == SWEEP_STOPPING_MAX)
		sweep_stop_finish(sweep);
	sweep->stopping[sweep->stopping_count].lease = lease;
	sweep->stopping[sweep->stopping_count++].fd = fd;
}

void
sweep_stop_idle(struct sweep *sweep, const char *name)
{
	if (!is_idle(sweep, name))
		return;
	if (!sweep->options->dry_run) {
		tell_to_stop(sweep, name);
		return;
	}
	sweep->kept--;
	sweep_tell(sweep, SWEEP_STOPPED, &sweep->ns.sockets, name);
}
