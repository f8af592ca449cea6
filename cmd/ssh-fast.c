/*
 * The story of one run: find the real ssh, read the command line as it does,
 * lease a master of the endpoint, and become ssh. If anything fails before the
 * lease, it runs plain ssh.
 */
#include "shared/commands.h"

#include "ssh-fast/background.h"
#include "base/deadline.h"
#include "ssh-fast/counting.h"
#include "ssh-fast/explain.h"
#include "ssh-fast/inherited.h"
#include "shared/home.h"
#include "lease/keeper.h"
#include "lease/orphans.h"
#include "ssh-fast/lease_words.h"
#include "ssh-fast/choosing.h"
#include "ssh-fast/cold.h"
#include "shared/message.h"
#include "ssh-fast/precheck.h"
#include "ssh-fast/real_ssh.h"
#include "ssh-fast/reuse_only.h"
#include "ssh-fast/run.h"
#include "ssh-fast/runlog.h"
#include "ssh-fast/settings.h"
#include "ssh-fast/taking.h"
#include "ssh-fast/trouble.h"
#include "ssh-fast/warming.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
cannot_run(const struct run *run, int error)
{
	message("cannot run %s: %s", run->ssh.path.data,
	    error == ELOOP ? "it runs ssh-fast again (set SSH_FAST_SSH "
			     "to the real ssh)"
			   : strerror(error));
	return EXIT_OWN_ERROR;
}

static int
become_plain_ssh(struct run *run, const char *reason)
{
	int error;

	if (run->options.verbose && reason != NULL)
		message("plain ssh: %s", reason);
	runlog_write(run, "plain", reason, -1);
	inherited_give_back_signals(run, true);
	real_ssh_exec(&run->ssh, run->argv, true);
	error = errno;
	inherited_hold_signals(run);
	return cannot_run(run, error);
}

/* With --reuse-only, runs plain ssh only if it does not log in. */
static int
fall_back(struct run *run, const char *reason)
{
	if (reuse_only_forbids_plain(run))
		return reuse_only_fail(run, reason);
	return become_plain_ssh(run, reason);
}

/* A lease was possible, but something failed. */
static int
go_on_without_lease(struct run *run, const struct failure *failure)
{
	bool ends = run->options.strict || reuse_only_forbids_plain(run);

	trouble_tell(run, failure, ends);
	if (ends)
		return EXIT_OWN_ERROR;
	counting_plain(run, COUNTER_PLAIN_NO_LEASE);
	return become_plain_ssh(run, "no lease is available");
}

static int
end_lease(struct run *run, const char *reason)
{
	(void)lease_release(&run->pool.ns, &run->lease, false);
	return reuse_only_fail(run, reason);
}

static int
become_leased_ssh(struct run *run)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct lease_words words = {.argv = NULL};
	struct failure failure;
	int error;

	namespace_socket_path(&run->pool.ns, run->lease.name, path);
	/*
	 * A wrapper script or another ssh may keep the inherited lock. The real
	 * ssh closes it first, so there is a keeper.
	 */
	if (lease_words_make(&words, run, path) == -1 ||
	    fcntl(run->lease.lock_fd, F_SETFD, 0) == -1) {
		if (run->pool.endpoint.in_background)
			background_give_up();
		(void)failure_set(
		    &failure, FAILURE_SYSTEM, "hand on", path, NULL);
		return go_on_without_lease(run, &failure);
	}
	runlog_note_start(run);
	runlog_write(run, NULL, NULL, -1);
	inherited_give_back_signals(
	    run, run->options.verbose || run->options.log != NULL);
	real_ssh_exec(&run->ssh, words.argv, false);
	error = errno;
	inherited_hold_signals(run);
	if (run->pool.endpoint.in_background)
		background_give_up();
	/* Our four words may have exceeded the limit of the system. */
	if (error != E2BIG || run->options.strict)
		return cannot_run(run, error);
	(void)fcntl(run->lease.lock_fd, F_SETFD, FD_CLOEXEC);
	return fall_back(run, "the arguments are too long");
}

/* Executes the real ssh over the lease. */
static int
go_on_as_ssh(struct run *run)
{
	struct keeper_options keeping = taking_keeper_options(run);
	enum background background = BACKGROUND_NONE;
	struct failure failure;

	/* A prepared keeper has this already. */
	if (run->lease.keeper_pid == 0)
		keeping.count = counting_session(run);
	if (run->options.touch)
		(void)lease_touch(&run->pool.ns, &run->lease);
	if (run->pool.endpoint.in_background &&
	    (background = background_start(run)) == BACKGROUND_STARTED)
		return 0;
	if (background != BACKGROUND_FAILED &&
	    keeper_start(&run->pool.ns, &run->lease, &keeping) == 0)
		return become_leased_ssh(run);
	if (background == BACKGROUND_CHILD)
		background_give_up();
	(void)failure_set(&failure, FAILURE_SYSTEM, "keep a lease in",
	    run->pool.ns.path, NULL);
	(void)lease_release(&run->pool.ns, &run->lease, run->options.touch);
	return go_on_without_lease(run, &failure);
}

/* Takes a lease. False where the run ends without: with *status. */
static bool
begin_lease(struct run *run, int *status)
{
	struct failure failure;

	if (taking_lease(run, &failure) == -1) {
		*status = go_on_without_lease(run, &failure);
		return false;
	}
	if (!run->lease.is_warm && run->options.reuse_only) {
		*status = end_lease(run, "no master is free");
		return false;
	}
	if (!run->lease.is_warm && run->options.health_ms > 0 &&
	    precheck_finds_it_down(run)) {
		(void)lease_release(&run->pool.ns, &run->lease, false);
		*status = EXIT_OWN_ERROR;
		return false;
	}
	if (run->options.verbose)
		taking_tell(run);
	return true;
}

/* The session over a warm lease. */
static enum native_end
use_lease(struct run *run, int *status)
{
	enum native_end end = NATIVE_TO_SSH;

	if (run->client.kind == CLIENT_IS_NATIVE) {
		end = native_run(run, status);
		/* Without its master ssh would log in. */
		if (run->options.reuse_only &&
		    (end == NATIVE_TO_SSH || end == NATIVE_TO_LOGIN)) {
			*status = end_lease(run, "the master cannot be used");
			return NATIVE_ENDED;
		}
	} else if (client_would_be_refused(run)) {
		orphans_retire(&run->pool.ns, &run->lease,
		    deadline_in_ms(run->options.probe_timeout_ms));
		return NATIVE_TO_NEXT;
	}
	if (end == NATIVE_TO_PLAIN) {
		counting_plain(run, COUNTER_PLAIN_REFUSED);
		*status = fall_back(
		    run, "the master or the server refuses a session");
	} else if (end == NATIVE_TO_SSH)
		*status = go_on_as_ssh(run);
	else
		return end;
	return NATIVE_ENDED;
}

/* From the open pool to ssh, or back to plain ssh. */
static int
lease_and_run(struct run *run)
{
	enum native_end end = NATIVE_TO_NEXT;
	struct failure failure;
	int status;

	while (end != NATIVE_ENDED) {
		if (end == NATIVE_TO_NEXT && !begin_lease(run, &status))
			return status;
		if (end != NATIVE_TO_NEXT && run->options.slots > 1 &&
		    taking_another(run, &failure) == -1)
			return go_on_without_lease(run, &failure);
		if (!run->lease.is_warm) {
			switch (cold_start(run, &status, &failure)) {
			case MASTER_STARTED:
				break;
			case MASTER_FAILED:
				return status;
			case MASTER_NOT_TRIED:
				return go_on_without_lease(run, &failure);
			}
		}
		end = use_lease(run, &status);
	}
	return status;
}

/* Reads the command line and the environment. */
static int
prepare(struct run *run, int argc, char *argv[])
{
	int first;

	if ((first = options_read(&run->options, argc, argv)) == -1)
		return -1;
	run->argc = argc - first + 1;
	run->argv = argv + first - 1;
	run->argv[0] = argv[0];
	return 0;
}

/* --warm and --stop. */
static int
warm_or_stop(
    struct run *run, enum pool_status status, const struct failure *failure)
{
	if (status == POOL_PLAIN)
		return warming_fail(run, run->pool.plain_reason);
	if (status == POOL_FAILED) {
		message_failure(failure);
		return EXIT_OWN_ERROR;
	}
	return run->options.stop ? warming_stop(run) : warming_start(run);
}

/* From what was asked for to ssh, which takes the place of this program. */
static int
decide(struct run *run)
{
	struct failure failure;
	enum settings_status settings = SETTINGS_READ;
	enum pool_status status;
	bool explain;

	if (!run->options.disable)
		settings = settings_read(run, &failure);
	/* The first look at the clock takes two page faults. */
	if (run->options.verbose || run->options.log != NULL)
		run->began_us = deadline_now_us();
	if (settings == SETTINGS_BAD ||
	    real_ssh_find(&run->ssh, run->options.ssh, run->options.verbose) ==
		-1)
		return EXIT_OWN_ERROR;
	explain = run->options.explain;
	if (run->options.disable) {
		options_settle(&run->options, POOL_PERSIST_UNSET, false);
		return explain ? explain_plain(run, "it is asked for")
			       : become_plain_ssh(run, NULL);
	}
	if (lease_words_are_in_front(run->argc, run->argv))
		return run->ssh.is_behind_script
		    ? become_plain_ssh(run, "a script holds the lease")
		    : cannot_run(run, ELOOP);

	status = settings == SETTINGS_FAILED ? POOL_FAILED
					     : choosing_pool(run, &failure);
	options_settle(
	    &run->options, run->pool.persist_secs, run->pool.is_passing);
	if (warming_is_asked_for(run) && !explain)
		return warm_or_stop(run, status, &failure);
	switch (status) {
	case POOL_PLAIN:
		return explain ? explain_plain(run, run->pool.plain_reason)
			       : fall_back(run, run->pool.plain_reason);
	case POOL_FAILED:
		if (!explain)
			return go_on_without_lease(run, &failure);
		message_failure(&failure);
		return explain_plain(run, "no lease is available");
	case POOL_LEASE:
		break;
	}
	client_choose(run);
	if (run->client.kind == CLIENT_IS_NONE) {
		if (explain)
			return explain_plain(run, run->client.reason);
		counting_plain(run, COUNTER_PLAIN_CLIENT);
		return fall_back(run, run->client.reason);
	}
	return explain ? explain_lease(run) : lease_and_run(run);
}

int
ssh_fast_main(int argc, char *argv[])
{
	static struct run run;
	int status;

	inherited_occupy_descriptors();
	inherited_hold_signals(&run);
	if (prepare(&run, argc, argv) == -1)
		return EXIT_OWN_ERROR;
	if (run.options.help)
		return options_print_help() == 0 ? 0 : EXIT_OWN_ERROR;
	if (run.options.version)
		return options_print_version() == 0 ? 0 : EXIT_OWN_ERROR;
	status = decide(&run);
	if (!run.options.explain)
		runlog_write(&run, NULL, NULL, status);
	return status;
}
