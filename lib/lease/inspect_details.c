#include "lease/inspect_details.h"

/* The seconds since then; -1: unknown. */
static int64_t
seconds_since(unsigned long long ticks)
{
	unsigned long long now;

	if (platform_ticks_now(&now) == -1)
		return -1;
	return now > ticks ? platform_ticks_in_secs(now - ticks) : 0;
}

void
inspect_details_holder(struct inspect_lease *lease, const struct holder *holder)
{
	if (lease->holder_pid > 0)
		(void)platform_process_name(
		    lease->holder_pid, lease->holder_program);
	if (holder->kind == HOLDER_PROCESS && holder->pid == lease->holder_pid)
		lease->held_secs = seconds_since(holder->since_ticks);
}

void
inspect_details_master(struct inspect_lease *lease, const struct master *master,
    const struct inspect_view *view)
{
	unsigned long long start_ticks;

	if (platform_process_start(master->pid, &start_ticks, NULL) == 0)
		lease->master_age_secs = seconds_since(start_ticks);
	/* A held master is in use, so its time begins after that. */
	if (lease->state == INSPECT_FREE && master->persist_secs >= 0 &&
	    lease->idle_secs >= 0)
		lease->ends_secs = lease->idle_secs < master->persist_secs
		    ? master->persist_secs - lease->idle_secs
		    : 0;
	(void)platform_connections_find(
	    view->connections, master->pid, &lease->connection);
}
