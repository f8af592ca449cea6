#include "lease/sweeping.h"

#include "base/deadline.h"
#include "mux/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

/* Whether it was idle for long enough, or all masters must end. */
static bool
is_to_end(const struct sweep *sweep, const char *name)
{
	struct timespec used;
	time_t idle_secs;

	if (sweep->options->retire)
		return namespace_has_socket(&sweep->ns, name, NULL);
	if (sweep->options->exit_idle_secs < 0 ||
	    !namespace_has_socket(&sweep->ns, name, &used) || used.tv_sec == 0)
		return false;
	idle_secs = time(NULL) - used.tv_sec;
	return (idle_secs < 0 ? 0 : idle_secs) >=
	    sweep->options->exit_idle_secs;
}

/*
 * A socket that was used in the future (the clock was wrong then) would never
 * be idle: it counts as used now, from now on.
 */
static void
leave_future(const struct sweep *sweep, const char *name)
{
	struct timespec used;

	if (!sweep->options->dry_run &&
	    namespace_has_socket(&sweep->ns, name, &used) &&
	    used.tv_sec > time(NULL))
		(void)utimensat(
		    sweep->ns.sockets.fd, name, NULL, AT_SYMLINK_NOFOLLOW);
}

static void
fail_to_stop(struct sweep *sweep, const char *name)
{
	errno = ETIMEDOUT;
	sweep_fail(sweep, FAILURE_SYSTEM, "stop the master of",
	    &sweep->ns.sockets, name);
}

/* The result if another process has the lease. */
static void
take_answer_of_held(
    struct sweep *sweep, const char *name, enum probe_result result)
{
	if (result == PROBE_HUNG)
		fail_to_stop(sweep, name);
	if (result == PROBE_ALIVE)
		sweep_tell(sweep, SWEEP_RETIRED, &sweep->ns.sockets, name);
}

/* The result. The lease is disposed of. */
static void
take_answer(struct sweep *sweep, struct lease *lease, enum probe_result result)
{
	if (result == PROBE_HUNG) {
		fail_to_stop(sweep, lease->name);
		lease_set_aside(&sweep->ns, lease);
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
	for (i = 0; i < sweep->stopping_count; i++) {
		struct sweep_stopping *stopping = &sweep->stopping[i];
		enum probe_result result =
		    probe_stop_answer(stopping->fd, deadline_us);

		if (stopping->is_held)
			take_answer_of_held(
			    sweep, stopping->lease.name, result);
		else
			take_answer(sweep, &stopping->lease, result);
	}
	sweep->stopping_count = 0;
	*patience_ms -= (int)((deadline_now_us() - began_us) / 1000);
}

/* This waits for the answers of all masters together. */
static void
note_stopping(
    struct sweep *sweep, const struct lease *lease, bool is_held, int fd)
{
	struct sweep_stopping *stopping;

	if (sweep->stopping_count == SWEEP_STOPPING_MAX)
		sweep_stop_finish(sweep);
	stopping = &sweep->stopping[sweep->stopping_count++];
	stopping->lease = *lease;
	stopping->is_held = is_held;
	stopping->fd = fd;
}

void
sweep_stop_held(struct sweep *sweep, const char *name)
{
	const struct namespace *ns = &sweep->ns;
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct lease lease = {.lock_fd = -1};
	enum probe_result result;
	int fd;

	/* A master that is logging in is new. */
	if (!sweep->options->retire || lease_look(ns, name) != PROBE_ALIVE)
		return;
	if (sweep->options->dry_run) {
		sweep_tell(sweep, SWEEP_RETIRED, &ns->sockets, name);
		return;
	}
	lease_set_name(&lease, name);
	namespace_socket_path(ns, name, path);
	result = probe_stop_ask(path, ns->owner, &fd);
	if (result == PROBE_ALIVE)
		note_stopping(sweep, &lease, true, fd);
	else
		take_answer_of_held(sweep, name, result);
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

	if (lease_claim(ns, name, &lease) == -1) {
		sweep_stop_held(sweep, name);
		return;
	}
	/* Another process may have used it since. */
	if (!is_to_end(sweep, name)) {
		(void)lease_release(ns, &lease, false);
		return;
	}
	namespace_socket_path(ns, name, path);
	result = probe_stop_ask(path, ns->owner, &fd);
	if (result != PROBE_ALIVE) {
		take_answer(sweep, &lease, result);
		return;
	}
	note_stopping(sweep, &lease, false, fd);
}

void
sweep_stop_idle(struct sweep *sweep, const char *name)
{
	leave_future(sweep, name);
	if (!is_to_end(sweep, name))
		return;
	if (!sweep->options->dry_run) {
		tell_to_stop(sweep, name);
		return;
	}
	sweep->kept--;
	sweep_tell(sweep, SWEEP_STOPPED, &sweep->ns.sockets, name);
}
