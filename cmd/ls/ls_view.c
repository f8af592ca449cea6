#include "ls/ls_view.h"

#include <string.h>

void
ls_count(struct ls_count *count, const struct inspection *inspection)
{
	size_t i;

	memset(count, 0, sizeof(*count));
	for (i = 0; i < inspection->count; i++) {
		const struct inspect_lease *lease = &inspection->leases[i];

		if (lease->master == INSPECT_ALIVE)
			count->masters++;
		if (lease->state == INSPECT_HELD)
			count->held++;
		else if (lease->state == INSPECT_FREE &&
		    lease->master == INSPECT_ALIVE)
			count->free++;
		else
			count->stale++;
	}
}

const char *
ls_state_word(enum inspect_state state)
{
	static const char *const words[] = {[INSPECT_FREE] = "free",
	    [INSPECT_HELD] = "held",
	    [INSPECT_LEFTOVER] = "leftover"};

	return words[state];
}

const char *
ls_master_word(enum inspect_master master)
{
	static const char *const words[] = {[INSPECT_NONE] = "none",
	    [INSPECT_DEAD] = "dead",
	    [INSPECT_ALIVE] = "alive",
	    [INSPECT_HUNG] = "hung",
	    [INSPECT_UNKNOWN] = NULL};

	return words[master];
}
