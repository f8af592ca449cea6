/* ssh-fast-ls --stats: the counts of runs to each endpoint. */
#ifndef LS_STATS_H
#define LS_STATS_H

#include "ls/ls_view.h"

#include <stdbool.h>

struct ls_stats {
	const char *label; /* of the endpoint whose sum is under way */
	bool has_any;
	struct counters sum, all;
	uint64_t saved_us; /* of all: each by the logins of its own */
};

void ls_stats_header(void);

/*
 * Adds one namespace. Those of one endpoint follow each other, and the label
 * must stay valid.
 */
void ls_stats_add(struct ls_stats *stats, const struct ls_view *view);

/* The last line is the total. */
void ls_stats_end(struct ls_stats *stats);

#endif
