#include "ssh-fast/counting.h"

enum { PATIENCE_MS = 100 };

struct counters_run
counting_session(const struct run *run)
{
	return acquire_count(
	    &run->report, run->has_logged_in ? COUNTER_COLD : COUNTER_WARM);
}

void
counting_plain(const struct run *run, enum counter reason)
{
	const struct counters_run count = {.kind = reason};

	if (run->pool.is_open)
		(void)counters_add(&run->pool.ns, &count, PATIENCE_MS);
}

bool
counting_opened(const struct run *run)
{
	const struct counters_run count = counting_session(run);

	return counters_add(&run->pool.ns, &count, 0) == 0;
}

void
counting_ended(const struct run *run)
{
	const struct counters_run count = counting_session(run);

	(void)counters_add(&run->pool.ns, &count, PATIENCE_MS);
}
