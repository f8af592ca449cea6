#include "ls/ls_prometheus.h"

#include "base/array.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct ls_sample {
	const char *label, *folder, *call;
	struct counters counters;
	struct ls_count count;
};

/* The source of the value of a sample. */
enum source { SOURCE_COUNT, SOURCE_US, SOURCE_SAVED, SOURCE_SINCE, SOURCE_LS };

/* One line of a family for each namespace. */
static const struct series {
	const char *family, *help; /* help: the first of its family */
	bool is_gauge;
	const char *key, *value; /* a label of its own, or null */
	enum source source;
	size_t which; /* a counter, or an offset in struct ls_count */
} all_series[] = {
    {"runs_total", "Runs of ssh-fast by how they started.", false, "start",
	"warm", SOURCE_COUNT, COUNTER_WARM},
    {"runs_total", NULL, false, "start", "cold", SOURCE_COUNT, COUNTER_COLD},
    {"plain_runs_total", "Runs of plain ssh by reason.", false, "reason",
	"asked", SOURCE_COUNT, COUNTER_PLAIN_ASKED},
    {"plain_runs_total", NULL, false, "reason", "client", SOURCE_COUNT,
	COUNTER_PLAIN_CLIENT},
    {"plain_runs_total", NULL, false, "reason", "no_lease", SOURCE_COUNT,
	COUNTER_PLAIN_NO_LEASE},
    {"plain_runs_total", NULL, false, "reason", "refused", SOURCE_COUNT,
	COUNTER_PLAIN_REFUSED},
    {"logins_saved_total", "Runs that needed no login.", false, NULL, NULL,
	SOURCE_COUNT, COUNTER_WARM},
    {"wait_seconds_total",
	"Time spent waiting for leases that were about to be free.", false,
	NULL, NULL, SOURCE_US, COUNTER_WAIT_US},
    {"start_seconds_total",
	"Time until the session could be asked for, by how a run started.",
	false, "start", "warm", SOURCE_US, COUNTER_WARM_US},
    {"start_seconds_total", NULL, false, "start", "cold", SOURCE_US,
	COUNTER_COLD_US},
    {"saved_seconds",
	"Time that warm starts saved, from the mean of cold ones.", true, NULL,
	NULL, SOURCE_SAVED, 0},
    {"masters_met_total", "Masters of no use that runs met, by their state.",
	false, "state", "dead", SOURCE_COUNT, COUNTER_DEAD},
    {"masters_met_total", NULL, false, "state", "hung", SOURCE_COUNT,
	COUNTER_HUNG},
    {"counters_created_timestamp_seconds", "When the first run was counted.",
	true, NULL, NULL, SOURCE_SINCE, 0},
    {"leases", "Leases by their state.", true, "state", "held", SOURCE_LS,
	offsetof(struct ls_count, held)},
    {"leases", NULL, true, "state", "free", SOURCE_LS,
	offsetof(struct ls_count, free)},
    {"leases", NULL, true, "state", "leftover", SOURCE_LS,
	offsetof(struct ls_count, leftover)},
    {"masters", "Masters by their state.", true, "state", "alive", SOURCE_LS,
	offsetof(struct ls_count, alive)},
    {"masters", NULL, true, "state", "hung", SOURCE_LS,
	offsetof(struct ls_count, hung)},
    {"masters", NULL, true, "state", "dead", SOURCE_LS,
	offsetof(struct ls_count, dead)},
};

bool
ls_prometheus_add(struct ls_prometheus *prometheus, const struct ls_view *view)
{
	struct ls_sample *sample;

	if (!array_make_room((void **)&prometheus->samples, prometheus->count,
		&prometheus->room, sizeof(*sample)))
		return false;
	sample = &prometheus->samples[prometheus->count++];
	*sample = (struct ls_sample){.label = view->label,
	    .folder = view->folder,
	    .call = view->entry_call};
	if (view->counters != NULL)
		sample->counters = *view->counters;
	if (view->inspection != NULL)
		ls_count(&sample->count, view->inspection);
	return true;
}

/* In quotation marks, with a backslash as escape. */
static void
add_label(struct text *line, const char *key, const char *value)
{
	struct text printable;
	const char *at;

	text_init(&printable);
	text_add_printable(&printable, value != NULL ? value : "");
	text_printf(line, "%s=\"", key);
	for (at = printable.data; text_ok(&printable) && *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			text_add(line, "\\");
		text_add_bytes(line, at, 1);
	}
	text_add(line, "\"");
	text_free(&printable);
}

static void
add_seconds(struct text *line, uint64_t us)
{
	text_printf(line, "%" PRIu64 ".%06u", us / 1000000,
	    (unsigned int)(us % 1000000));
}

static void
add_value(struct text *line, const struct series *series,
    const struct ls_sample *sample)
{
	switch (series->source) {
	case SOURCE_COUNT:
		text_printf(
		    line, "%" PRIu64, sample->counters.of[series->which]);
		break;
	case SOURCE_US:
		add_seconds(line, sample->counters.of[series->which]);
		break;
	case SOURCE_SAVED:
		add_seconds(line, counters_saved_us(&sample->counters));
		break;
	case SOURCE_SINCE:
		text_printf(line, "%" PRId64, sample->counters.since);
		break;
	case SOURCE_LS:
		text_printf(line, "%zu",
		    *(const size_t *)((const char *)&sample->count +
			series->which));
		break;
	}
}

static void
print_sample(const struct series *series, const struct ls_sample *sample)
{
	struct text line;

	text_init(&line);
	text_printf(&line, "ssh_fast_%s{", series->family);
	add_label(&line, "endpoint", sample->label);
	text_add(&line, ",");
	add_label(&line, "as", sample->call);
	text_add(&line, ",");
	add_label(&line, "namespace", sample->folder);
	if (series->key != NULL) {
		text_add(&line, ",");
		add_label(&line, series->key, series->value);
	}
	text_add(&line, "} ");
	add_value(&line, series, sample);
	if (text_ok(&line))
		(void)printf("%s\n", line.data);
	text_free(&line);
}

void
ls_prometheus_end(struct ls_prometheus *prometheus)
{
	const struct series *series = all_series;
	const struct series *end =
	    all_series + sizeof(all_series) / sizeof(all_series[0]);
	size_t i;

	for (; series < end; series++) {
		if (series->help != NULL)
			(void)printf("# HELP ssh_fast_%s %s\n"
				     "# TYPE ssh_fast_%s %s\n",
			    series->family, series->help, series->family,
			    series->is_gauge ? "gauge" : "counter");
		for (i = 0; i < prometheus->count && !ferror(stdout); i++)
			print_sample(series, &prometheus->samples[i]);
	}
	free(prometheus->samples);
}
