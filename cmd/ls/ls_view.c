#include "ls/ls_view.h"

#include <string.h>

const struct ls_plain_reason ls_plain_reasons[LS_PLAIN_REASONS] = {
    {"asked", COUNTER_PLAIN_ASKED},
    {"client", COUNTER_PLAIN_CLIENT},
    {"no_lease", COUNTER_PLAIN_NO_LEASE},
    {"refused", COUNTER_PLAIN_REFUSED},
};

void
ls_count(struct ls_count *count, const struct inspection *inspection)
{
	size_t i;

	memset(count, 0, sizeof(*count));
	for (i = 0; i < inspection->count; i++) {
		const struct inspect_lease *lease = &inspection->leases[i];

		count->held += lease->state == INSPECT_HELD;
		count->free += lease->state == INSPECT_FREE;
		count->leftover += lease->state == INSPECT_LEFTOVER;
		count->alive += lease->master == INSPECT_ALIVE;
		count->hung += lease->master == INSPECT_HUNG;
		count->dead += lease->master == INSPECT_DEAD;
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
