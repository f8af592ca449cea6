/* The facts about one namespace that ssh-fast-ls shows. */
#ifndef LS_VIEW_H
#define LS_VIEW_H

#include "lease/inspect.h"
#include "namespace/counters.h"
#include "namespace/record.h"
#include "shared/health_answer.h"

#include <stdbool.h>
#include <stddef.h>

struct ls_view {
	const char *root; /* path of the root */
	const char *folder; /* name of the namespace below it */
	const char *label; /* user@host:port, or null */
	const char *call; /* what it was asked for with, or null */
	const char *entry_call; /* the same, as long as the catalogue stays */
	const struct record *record; /* null: there is none */
	bool is_elsewhere; /* of another machine */
	const struct inspection *inspection;
	const struct counters *counters; /* null: not wanted */
	const struct health_answer *health; /* null: not asked, not known */
	const char *trouble; /* why it could not be looked at, or null */
};

/* The number of leases and of masters in each state. */
struct ls_count {
	size_t held, free, leftover;
	size_t alive, hung, dead;
};
void ls_count(struct ls_count *count, const struct inspection *inspection);

/* The reasons of plain runs. */
enum { LS_PLAIN_REASONS = 4 };
struct ls_plain_reason {
	const char *word;
	enum counter counter;
};
extern const struct ls_plain_reason ls_plain_reasons[LS_PLAIN_REASONS];

/* The words in the table and in JSON; null if unknown. */
const char *ls_state_word(enum inspect_state state);
const char *ls_master_word(enum inspect_master master);

#endif
