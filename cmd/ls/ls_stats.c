#include "ls/ls_stats.h"

#include "base/text.h"
#include "ls/ls_cell.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LABEL_WIDTH = 22, MICROSECONDS = 1000000 };

void
ls_stats_header(void)
{
	(void)printf("%-*s %7s %7s %5s %5s %4s %4s %6s %5s %5s\n", LABEL_WIDTH,
	    "ENDPOINT", "RUNS", "WARM", "COLD", "PLAIN", "DEAD", "HUNG",
	    "WAITED", "SAVED", "SINCE");
}

static void
add_sums(struct counters *to, const struct counters *from)
{
	size_t i;

	for (i = 0; i < COUNTERS; i++)
		to->of[i] += from->of[i];
	if (from->since > 0 && (to->since == 0 || from->since < to->since))
		to->since = from->since;
}

static void
add_label(struct text *line, const char *label)
{
	struct text printable;

	text_init(&printable);
	text_add_printable(&printable, label);
	if (!text_ok(&printable)) {
		line->failed = true;
	} else if (ls_cell_columns(printable.data) > LABEL_WIDTH) {
		text_add(line, printable.data);
		text_printf(line, "\n%*s", LABEL_WIDTH + 1, "");
	} else {
		ls_cell_add(
		    line, printable.data, LABEL_WIDTH, false, LS_NO_COLOUR);
	}
	text_free(&printable);
}

static void
add_count(struct text *line, uint64_t count, int width)
{
	ls_cell_add_number(
	    line, true, (long long)count, width, false, LS_NO_COLOUR);
}

static void
print_sums(
    const char *label, const struct counters *counters, uint64_t saved_us)
{
	uint64_t plain = counters_runs(counters) - counters->of[COUNTER_WARM] -
	    counters->of[COUNTER_COLD];
	struct text line;

	text_init(&line);
	add_label(&line, label);
	add_count(&line, counters_runs(counters), 7);
	add_count(&line, counters->of[COUNTER_WARM], 7);
	add_count(&line, counters->of[COUNTER_COLD], 5);
	add_count(&line, plain, 5);
	add_count(&line, counters->of[COUNTER_DEAD], 4);
	add_count(&line, counters->of[COUNTER_HUNG], 4);
	ls_cell_add_time(
	    &line, (int64_t)(counters->of[COUNTER_WAIT_US] / MICROSECONDS), 6);
	ls_cell_add_time(&line, (int64_t)(saved_us / MICROSECONDS), 5);
	ls_cell_add_time(
	    &line, counters->since > 0 ? time(NULL) - counters->since : -1, 5);
	if (text_ok(&line))
		(void)printf("%.*s\n", (int)line.length - 1, line.data);
	text_free(&line);
}

static void
flush_sum(struct ls_stats *stats)
{
	uint64_t saved_us;

	if (!stats->has_any)
		return;
	saved_us = counters_saved_us(&stats->sum);
	stats->saved_us += saved_us;
	print_sums(
	    stats->label != NULL ? stats->label : "-", &stats->sum, saved_us);
	memset(&stats->sum, 0, sizeof(stats->sum));
	stats->has_any = false;
}

static bool
is_same(const char *one, const char *other)
{
	return one == other ||
	    (one != NULL && other != NULL && strcmp(one, other) == 0);
}

void
ls_stats_add(struct ls_stats *stats, const struct ls_view *view)
{
	if (stats->has_any && !is_same(stats->label, view->label))
		flush_sum(stats);
	stats->label = view->label;
	stats->has_any = true;
	if (view->counters != NULL) {
		add_sums(&stats->sum, view->counters);
		add_sums(&stats->all, view->counters);
	}
}

void
ls_stats_end(struct ls_stats *stats)
{
	flush_sum(stats);
	print_sums("in all", &stats->all, stats->saved_us);
}
