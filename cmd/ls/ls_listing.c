#include "ls/ls_listing.h"

#include "base/text.h"
#include "lease/inspect.h"
#include "ls/ls_health.h"
#include "ls/ls_json.h"
#include "ls/ls_prometheus.h"
#include "ls/ls_stats.h"
#include "ls/ls_table.h"
#include "ls/ls_view.h"
#include "namespace/callwords.h"
#include "namespace/failure_words.h"
#include "namespace/record.h"
#include "shared/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first of the namespaces with the same words. */
struct same_call {
	const struct catalogue_entry *entry;
	char *text;
};

/* The state of a listing. */
struct listing_run {
	struct ls_options options;
	struct admin admin;
	struct inspect_request request;
	struct ls_table table;
	struct ls_stats stats;
	struct ls_prometheus prometheus;
	struct ls_health health;
	struct same_call first;
	size_t shown;
	bool failed;
};

static void
show(struct listing_run *run, const struct ls_view *view)
{
	if (run->options.is_stats)
		ls_stats_add(&run->stats, view);
	else if (run->options.is_prometheus)
		run->failed |= !ls_prometheus_add(&run->prometheus, view);
	else if (!run->options.is_json)
		ls_table_namespace(&run->table, view);
	else if (!ls_json_namespace(view, run->shown == 0))
		run->failed = true;
	run->shown++;
}

static void
show_trouble(struct listing_run *run, const struct failure *failure,
    struct ls_view *view)
{
	char trouble[1024];

	message_failure(failure);
	run->failed = true;
	failure_words_describe(failure, trouble, sizeof(trouble));
	view->trouble = trouble;
	show(run, view);
	view->trouble = NULL;
}

static bool
is_equal(const char *one, const char *other)
{
	return one != NULL && other != NULL && strcmp(one, other) == 0;
}

/*
 * The words that distinguish it from earlier namespaces with the same words,
 * and the other differences. The caller frees it; it may be null.
 */
static char *
tell_apart(struct listing_run *run, const struct catalogue_entry *entry,
    const struct record *record)
{
	struct same_call *first = &run->first;
	struct text call;

	if (first->entry == NULL ||
	    !is_equal(first->entry->label, entry->label) ||
	    !is_equal(first->entry->call, entry->call)) {
		free(first->text);
		first->entry = entry;
		first->text = strdup(record->text);
		return NULL;
	}
	if (first->text == NULL)
		return NULL;
	text_init(&call);
	callwords_add_difference(&call, record, first->text);
	if (call.length > 0 && entry->call[0] != '\0') {
		text_add(&call, ": ");
		text_add(&call, entry->call);
	}
	if (text_ok(&call) && call.length > 0)
		return call.data;
	text_free(&call);
	return NULL;
}

/* Looks at the leases, after the record was read. */
static void
look_at_leases(
    struct listing_run *run, const struct namespace *ns, struct ls_view *view)
{
	struct inspection inspection;
	struct failure failure;

	run->request.is_elsewhere = view->is_elsewhere;
	if (inspect_namespace(&inspection, ns, &run->request, &failure) == -1) {
		show_trouble(run, &failure, view);
		return;
	}
	view->inspection = &inspection;
	show(run, view);
	inspect_free(&inspection);
}

static void
look_at(struct listing_run *run, size_t number)
{
	const struct catalogue_entry *entry =
	    &run->admin.catalogue.entries[number];
	struct ls_view view = {.root = run->admin.root.path,
	    .folder = entry->folder,
	    .label = entry->label,
	    .call = entry->call,
	    .entry_call = entry->call};
	struct counters counters;
	struct namespace ns;
	struct record record;
	struct failure failure;
	enum record_status status;
	char *apart = NULL;

	if (namespace_open(&ns, &run->admin.root, entry->folder, NAMESPACE_LOOK,
		&failure) == -1) {
		/* It was removed since it was listed. */
		if (failure.kind != FAILURE_SYSTEM || failure.error != ENOENT)
			show_trouble(run, &failure, &view);
		return;
	}
	view.health = ls_health_get(&run->health, number);
	if (run->options.is_json || run->options.is_stats ||
	    run->options.is_prometheus) {
		counters_read(&ns, &counters);
		view.counters = &counters;
	}
	status = record_read(&record, &ns, NULL, &failure);
	if (status == RECORD_FOUND) {
		view.record = &record;
		view.is_elsewhere = record_is_of_another_machine(&record);
		if ((apart = tell_apart(run, entry, &record)) != NULL)
			view.call = apart;
	}
	if (status == RECORD_FAILED)
		show_trouble(run, &failure, &view);
	else
		look_at_leases(run, &ns, &view);
	if (status == RECORD_FOUND)
		record_free(&record);
	free(apart);
	namespace_close(&ns);
}

static bool
wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) &&
	    (no_colour == NULL || no_colour[0] == '\0') &&
	    (term == NULL || strcmp(term, "dumb") != 0);
}

/* Prints the start, before all namespaces. */
static void
begin(struct listing_run *run)
{
	const struct catalogue *catalogue = &run->admin.catalogue;
	size_t i;
	int width;

	run->table.is_long = run->options.is_long;
	run->table.has_paths = run->options.has_paths;
	run->table.has_health = run->options.health_ms > 0;
	run->table.has_colour = wants_colour();
	for (i = 0; i < catalogue->count; i++) {
		width = ls_table_width(catalogue->entries[i].label);
		if (width > run->table.label_width)
			run->table.label_width = width;
	}
	if (run->options.is_json)
		run->failed |= !ls_json_begin(run->admin.root.path);
	else if (run->options.is_stats && catalogue->count > 0)
		ls_stats_header();
	else if (!run->options.is_prometheus && catalogue->count > 0)
		ls_table_header(&run->table);
}

/* Prints the end, after all namespaces. */
static void
end(struct listing_run *run)
{
	if (run->options.is_json)
		ls_json_end();
	else if (run->options.is_prometheus)
		ls_prometheus_end(&run->prometheus);
	else if (!run->options.is_stats)
		ls_table_end(&run->table);
	else if (run->admin.catalogue.count > 0)
		ls_stats_end(&run->stats);
}

static int
list_all(struct listing_run *run)
{
	const struct catalogue *catalogue = &run->admin.catalogue;
	size_t i;

	if (run->options.health_ms > 0 &&
	    ls_health_ask(&run->health, &run->admin, run->options.health_ms) ==
		-1)
		run->failed = true;
	begin(run);
	/* The reader of stdout has gone. */
	for (i = 0; i < catalogue->count && !ferror(stdout); i++)
		look_at(run, i);
	end(run);
	free(run->first.text);
	ls_health_free(&run->health);
	return admin_finish(fflush(stdout)) != 0 || run->failed ? EXIT_TROUBLE
								: 0;
}

/* Reports patterns without a match, unless -q is given. */
static bool
is_all_there(
    const struct listing_run *run, const struct catalogue_request *wanted)
{
	bool ok = true;

	if (run->options.is_quiet)
		return true;
	if (run->admin.root.fd == -1) {
		message("cannot list %s: it is not there; the first run of "
			"ssh-fast makes it",
		    run->admin.root_path);
		return false;
	}
	for (size_t i = 0; i < wanted->pattern_count; i++) {
		if (run->admin.catalogue.has_matched[i])
			continue;
		message("cannot list %s: nothing in %s matches that",
		    wanted->patterns[i], run->admin.root_path);
		ok = false;
	}
	return ok;
}

int
ls_listing_print(const struct ls_options *options,
    const struct catalogue_request *wanted, size_t room)
{
	struct listing_run run = {.options = *options, .table.room = room};
	struct inspect_view *view;
	int status = EXIT_TROUBLE;
	bool is_there;

	if (admin_open(&run.admin, options->root, wanted) == -1)
		return EXIT_TROUBLE;
	run.request.ask = options->ask;
	run.request.ask_server = options->ask_server;
	run.request.timeout_ms = options->probe_timeout_ms;
	run.request.wants_details = options->is_long || options->is_json;
	view = inspect_view_take(run.request.wants_details);
	if (view == NULL) {
		message("cannot read /proc: %s", strerror(errno));
	} else {
		run.request.view = view;
		is_there = is_all_there(&run, wanted);
		status = list_all(&run);
		if (!is_there)
			status = EXIT_TROUBLE;
	}
	inspect_view_free(view);
	admin_close(&run.admin);
	return status;
}
