#include "ssh-fast/warming.h"

#include "lease/sweep.h"
#include "platform/platform.h"
#include "shared/commands.h"
#include "shared/limits.h"
#include "shared/message.h"
#include "ssh-fast/cold.h"
#include "ssh-fast/taking.h"

#include <string.h>

enum { STOP_TIMEOUT_MS = 2000 };

bool
warming_is_asked_for(const struct run *run)
{
	return run->options.warm > 0 || run->options.stop;
}

int
warming_fail(const struct run *run, const char *reason)
{
	message("cannot %s masters of %s: %s",
	    run->options.stop ? "stop" : "start",
	    run->args.destination != NULL ? run->args.destination
					  : "no destination",
	    reason);
	return EXIT_OWN_ERROR;
}

/* Takes one more lease, and logs in where it has no master. 0, or a status. */
static int
take_one(struct run *run)
{
	struct failure failure;
	int status = EXIT_OWN_ERROR;

	if (taking_lease(run, &failure) == -1) {
		message_failure(&failure);
		return EXIT_OWN_ERROR;
	}
	if (run->lease.is_warm)
		return 0;
	switch (cold_start(run, &status, &failure)) {
	case MASTER_STARTED:
		run->is_unattended = true;
		return 0;
	case MASTER_FAILED:
		return status != 0 ? status : EXIT_OWN_ERROR;
	case MASTER_NOT_TRIED:
	default:
		message_failure(&failure);
		return EXIT_OWN_ERROR;
	}
}

/* They are held until all are there: a free one would be taken again. */
int
warming_start(struct run *run)
{
	struct lease leases[WARM_MAX];
	int count = 0, status = 0;

	if (run->args.has_command)
		return warming_fail(run, "a command cannot be run as well");
	/* No keeper is wanted: this process holds the leases itself. */
	run->client.kind = CLIENT_IS_NATIVE;
	while (status == 0 && count < run->options.warm)
		if ((status = take_one(run)) == 0) {
			lease_disconnect(&run->lease);
			leases[count++] = run->lease;
		}
	if (run->options.verbose)
		message("%d of %d masters are there", count, run->options.warm);
	while (count > 0)
		(void)lease_release(&run->pool.ns, &leases[--count], true);
	return status;
}

static void
tell(void *context, enum sweep_action action, const char *path)
{
	const struct run *run = context;

	if (run->options.verbose &&
	    (action == SWEEP_STOPPED || action == SWEEP_RETIRED))
		message("%s %s",
		    action == SWEEP_STOPPED ? "stopped the master of"
					    : "the session goes on, and then "
					      "ends the master of",
		    path);
}

static void
tell_failure(void *context, const struct failure *failure)
{
	(void)context;
	message_failure(failure);
}

int
warming_stop(struct run *run)
{
	struct platform_open_folders *open_folders = NULL;
	int patience_ms = STOP_TIMEOUT_MS;
	const struct sweep_options options = {.ttl_secs = TTL_SECS,
	    .namespace_ttl_secs = SECS_MAX,
	    .open_folders = &open_folders,
	    .exit_idle_secs = -1,
	    .retire = true,
	    .timeout_ms = run->options.probe_timeout_ms,
	    .patience_ms = &patience_ms,
	    .tell = tell,
	    .tell_failure = tell_failure,
	    .context = run};
	enum sweep_result result =
	    sweep_namespace(&run->pool.root, run->pool.name, &options);

	platform_open_folders_free(open_folders);
	return result == SWEEP_DONE || result == SWEEP_GONE ? 0
							    : EXIT_OWN_ERROR;
}
