/*
 * ssh-fast-ls: what there is. Lists the namespaces below a root and the leases
 * in them, and disturbs nobody: no lock is taken, nothing is written, and no
 * master is connected to unless --probe asks for it.
 */
#include "shared/commands.h"

#include "base/duration.h"
#include "lease/inspect.h"
#include "ls/ls_health.h"
#include "ls/ls_json.h"
#include "ls/ls_table.h"
#include "ls/ls_view.h"
#include "namespace/failure_words.h"
#include "namespace/record.h"
#include "shared/admin.h"
#include "shared/limits.h"
#include "shared/message.h"
#include "shared/option.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ls_options {
	const char *root;
	bool is_long, is_json, ask, ask_server;
	int probe_timeout_ms;
	int health_ms; /* 0: do not ask */
	bool help, version;
};

static bool
set_probe(struct ls_options *options, const char *value)
{
	options->ask_server = strcmp(value, "e2e") == 0;
	options->ask = options->ask_server || strcmp(value, "native") == 0;
	return options->ask || strcmp(value, "none") == 0;
}

static bool
set(void *context, const struct option *option, const char *value)
{
	struct ls_options *options = context;

	if (option->offset == offsetof(struct ls_options, ask))
		return set_probe(options, value);
	options->health_ms = HEALTH_MS;
	return value == NULL ||
	    duration_read_ms(value, 0, HEALTH_MS_MAX, &options->health_ms);
}

#define AT(field) .offset = offsetof(struct ls_options, field)
static const struct option rows[] = {
    {.letter = 'l',
	.kind = OPTION_ON,
	AT(is_long),
	.help = "print one line for each lease"},
    {.letter = 'j',
	.kind = OPTION_ON,
	AT(is_json),
	.help = "print everything as one JSON document"},
    {.name = "probe",
	.value = "KIND",
	.kind = OPTION_OTHER,
	AT(ask),
	.allowed = "native, e2e or none",
	.help =
	    "how to look at masters (none): none looks from outside and "
	    "disturbs\n"
	    "      nothing, native asks each master, e2e asks its server too"},
    {.variable = "SSH_FAST_PROBE_TIMEOUT",
	.value = "MS",
	.kind = OPTION_MS,
	AT(probe_timeout_ms),
	.minimum = 1,
	.maximum = PROBE_TIMEOUT_MS_MAX,
	.help = "milliseconds that a master may take to answer (500)"},
    {.name = "health",
	.value = "[=MS]",
	.kind = OPTION_OTHER,
	AT(health_ms),
	.allowed = "0 to 60000 milliseconds, as 500 or 2s",
	.help =
	    "let ssh-fast-health check all servers at once, each for up to MS\n"
	    "      milliseconds (2000)"},
    {.name = "root",
	.variable = "SSH_FAST_ROOT",
	.value = "DIR",
	.kind = OPTION_TEXT,
	AT(root),
	.allowed = "a folder",
	.help = "folder that holds the namespaces (~/.ssh/ssh-fast)"},
    {.name = "help",
	.kind = OPTION_ON,
	AT(help),
	.help = "print this help and exit"},
    {.name = "version",
	.kind = OPTION_ON,
	AT(version),
	.help = "print the version and exit"},
};

static const struct option_table table = {
    .program = "ssh-fast-ls",
    .usage =
	"usage: ssh-fast-ls [-l] [-j] [--probe=KIND] [--health[=MS]] "
	"[--root=DIR]\n"
	"                   [PATTERN ...]\n"
	"\n"
	"Lists the endpoints for which ssh-fast keeps masters. PATTERN is a "
	"shell\n"
	"pattern on user@host:port, on the host as typed, or on the folder.\n"
	"\n"
	"options:\n",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .set = set,
};

/* What the run knows while it goes through the namespaces. */
struct listing_run {
	struct ls_options options;
	struct admin admin;
	struct inspect_request request;
	struct ls_table table;
	struct ls_health health;
	size_t shown;
	bool failed;
};

static void
show(struct listing_run *run, const struct ls_view *view)
{
	if (!run->options.is_json)
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

static void
look_at(struct listing_run *run, size_t number)
{
	const struct catalogue_entry *entry =
	    &run->admin.catalogue.entries[number];
	struct ls_view view = {.root = run->admin.root.path,
	    .folder = entry->folder,
	    .label = entry->label};
	struct namespace ns;
	struct record record;
	struct inspection inspection;
	struct failure failure;
	enum record_status status;

	if (namespace_open(&ns, &run->admin.root, entry->folder, NAMESPACE_LOOK,
		&failure) == -1) {
		/* Removed since it was listed: there is nothing to show. */
		if (failure.kind != FAILURE_SYSTEM || failure.error != ENOENT)
			show_trouble(run, &failure, &view);
		return;
	}
	view.health = ls_health_get(&run->health, number);
	status = record_read(&record, &ns, NULL, &failure);
	if (status == RECORD_FOUND) {
		view.record = &record;
		view.is_elsewhere = record_is_of_another_machine(&record);
	}
	run->request.is_elsewhere = view.is_elsewhere;
	if (status == RECORD_FAILED) {
		show_trouble(run, &failure, &view);
	} else if (inspect_namespace(
		       &inspection, &ns, &run->request, &failure) == -1) {
		show_trouble(run, &failure, &view);
	} else {
		view.inspection = &inspection;
		show(run, &view);
		inspect_free(&inspection);
	}
	if (status == RECORD_FOUND)
		record_free(&record);
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

static int
list_all(struct listing_run *run)
{
	const struct catalogue *catalogue = &run->admin.catalogue;
	size_t i;
	int width;

	run->table.is_long = run->options.is_long;
	run->table.has_health = run->options.health_ms > 0;
	run->table.has_colour = wants_colour();
	for (i = 0; i < catalogue->count; i++) {
		width = ls_table_width(catalogue->entries[i].label);
		if (width > run->table.label_width)
			run->table.label_width = width;
	}
	if (run->options.health_ms > 0 &&
	    ls_health_ask(&run->health, &run->admin, run->options.health_ms) ==
		-1)
		run->failed = true;
	if (run->options.is_json)
		run->failed |= !ls_json_begin(run->admin.root.path);
	else if (catalogue->count > 0)
		ls_table_header(&run->table);
	/* A reader that has gone away wants no more of it. */
	for (i = 0; i < catalogue->count && !ferror(stdout); i++)
		look_at(run, i);
	if (run->options.is_json)
		ls_json_end();
	ls_health_free(&run->health);
	return admin_finish(fflush(stdout)) != 0 || run->failed ? EXIT_TROUBLE
								: 0;
}

int
ssh_fast_ls_main(int argc, char *argv[])
{
	static struct listing_run run;
	struct catalogue_request wanted;
	struct inspect_view *view;
	int count, status;

	message_set_program(table.program);
	run.options.probe_timeout_ms = PROBE_TIMEOUT_MS;
	count = admin_read_options(&table, &run.options, argc, argv);
	if (count == -1)
		return EXIT_USAGE;
	if (run.options.help)
		return admin_finish(option_print_help(&table));
	if (run.options.version)
		return admin_finish(option_print_version(&table));
	wanted = (struct catalogue_request){
	    .patterns = argv + 1, .pattern_count = (size_t)count};
	run.request.ask = run.options.ask;
	run.request.ask_server = run.options.ask_server;
	run.request.timeout_ms = run.options.probe_timeout_ms;
	if (admin_open(&run.admin, run.options.root, &wanted) == -1)
		return EXIT_TROUBLE;
	if ((view = inspect_view_take()) == NULL) {
		message("cannot read /proc: %s", strerror(errno));
		admin_close(&run.admin);
		return EXIT_TROUBLE;
	}
	run.request.view = view;
	status = list_all(&run);
	inspect_view_free(view);
	admin_close(&run.admin);
	return status;
}
