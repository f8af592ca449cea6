/*
 * ssh-fast-ls: what there is. Lists the namespaces below a root and the leases
 * in them, and disturbs nobody: no lock is taken, nothing is written, and no
 * master is connected to unless --probe asks for it.
 */
#include "shared/commands.h"

#include "shared/admin.h"
#include "lease/inspect.h"
#include "ls/ls.h"
#include "shared/message.h"
#include "namespace/record.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char program[] = "ssh-fast-ls";

static const char help[] =
    "usage: ssh-fast-ls [-l] [-j] [--probe=KIND] [--health[=MS]] [--root=DIR]\n"
    "                   [PATTERN ...]\n"
    "\n"
    "Lists the endpoints that ssh-fast keeps masters for. PATTERN is a shell\n"
    "pattern on user@host:port, on the host as typed, or on the folder.\n"
    "\n"
    "options:\n"
    "  -l\n"
    "      a line for each lease\n"
    "  -j\n"
    "      print one JSON document, with all of it\n"
    "  --probe=KIND\n"
    "      how masters are looked at: native asks each of them, e2e has its\n"
    "      server answer too, none looks from outside and disturbs nobody\n"
    "      (none)\n"
    "  --health[=MS]\n"
    "      ask ssh-fast-health whether the servers are there, all at once, "
    "for\n"
    "      so many milliseconds each (2000)\n"
    "  --root=DIR, SSH_FAST_ROOT\n"
    "      where the namespaces live (~/.ssh/ssh-fast)\n"
    "  --help\n"
    "      print this, and exit\n"
    "  --version\n"
    "      print the version, and exit\n";

struct ls_options {
	const char *root;
	bool is_long, is_json, ask, ask_server;
	int health_ms; /* 0: do not ask */
	bool help, version;
};

enum { HEALTH_MS = 2000, HEALTH_MS_MAX = 60000 };

static bool
set_probe(struct ls_options *options, const char *value)
{
	if (value == NULL)
		return false;
	options->ask_server = strcmp(value, "e2e") == 0;
	options->ask = options->ask_server || strcmp(value, "native") == 0;
	if (options->ask || strcmp(value, "none") == 0)
		return true;
	message(
	    "bad value for --probe: %s (it takes native, e2e or none)", value);
	return false;
}

static bool
set_health(struct ls_options *options, const char *value)
{
	options->health_ms = HEALTH_MS;
	if (value == NULL ||
	    admin_number(value, 0, HEALTH_MS_MAX, &options->health_ms))
		return true;
	message("bad value for --health: %s (it takes 0 to %d)", value,
	    HEALTH_MS_MAX);
	return false;
}

/* 0 and optind is that of the first pattern, or -1 after a message. */
static int
read_options(struct ls_options *options, int argc, char *argv[])
{
	enum { PROBE = 256, HEALTH, ROOT, HELP, VERSION };
	static const struct option long_options[] = {
	    {"probe", required_argument, NULL, PROBE},
	    {"health", optional_argument, NULL, HEALTH},
	    {"root", required_argument, NULL, ROOT},
	    {"help", no_argument, NULL, HELP},
	    {"version", no_argument, NULL, VERSION},
	    {NULL, 0, NULL, 0},
	};
	int letter;

	memset(options, 0, sizeof(*options));
	while ((letter = getopt_long(argc, argv, "lj", long_options, NULL)) !=
	    -1) {
		switch (letter) {
		case 'l':
			options->is_long = true;
			break;
		case 'j':
			options->is_json = true;
			break;
		case PROBE:
			if (!set_probe(options, optarg))
				return -1;
			break;
		case HEALTH:
			if (!set_health(options, optarg))
				return -1;
			break;
		case ROOT:
			options->root = optarg;
			break;
		case HELP:
			options->help = true;
			break;
		case VERSION:
			options->version = true;
			break;
		default:
			return -1;
		}
	}
	return 0;
}

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
	message_describe(failure, trouble, sizeof(trouble));
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
	return admin_flush() != 0 || run->failed ? EXIT_TROUBLE : 0;
}

int
ssh_fast_ls_main(int argc, char *argv[])
{
	static struct listing_run run;
	struct catalogue_request wanted;
	struct inspect_view *view;
	int status;

	message_set_program(program);
	if (read_options(&run.options, argc, argv) == -1)
		return admin_usage_error(program);
	if (run.options.help)
		return admin_print_help(help);
	if (run.options.version)
		return admin_print_version(program);
	wanted = (struct catalogue_request){.patterns = argv + optind,
	    .pattern_count = (size_t)(argc - optind)};
	run.request.ask = run.options.ask;
	run.request.ask_server = run.options.ask_server;
	run.request.timeout_ms = admin_probe_timeout_ms();
	if (run.request.timeout_ms == -1)
		return EXIT_USAGE;
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
