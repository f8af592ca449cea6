/*
 * ssh-fast-ls: lists the namespaces of a root and their leases. It disturbs no
 * process: it takes no lock, writes nothing, and connects to no master without
 * --probe.
 */
#include "shared/commands.h"

#include "base/deadline.h"
#include "base/duration.h"
#include "ls/ls_listing.h"
#include "shared/admin.h"
#include "shared/limits.h"
#include "shared/message.h"
#include "shared/option.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WATCH_SECS = 2, WATCH_SECS_MAX = 24 * 3600, SCREEN_LINES = 24 };

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
	if (option->offset == offsetof(struct ls_options, watch_secs)) {
		options->watch_secs = WATCH_SECS;
		return value == NULL ||
		    duration_read(
			value, 1, WATCH_SECS_MAX, &options->watch_secs);
	}
	options->health_ms = HEALTH_MS;
	return value == NULL ||
	    duration_read_ms(value, 0, HEALTH_MS_MAX, &options->health_ms);
}

#define AT(field) .offset = offsetof(struct ls_options, field)
static const struct option rows[] = {
    {.letter = 'l',
	.kind = OPTION_ON,
	AT(is_long),
	.help =
	    "print one line for each lease, with its holder and its master"},
    {.name = "paths",
	.kind = OPTION_ON,
	AT(has_paths),
	.help = "as -l, and print the path of each control socket"},
    {.letter = 'j',
	.kind = OPTION_ON,
	AT(is_json),
	.help = "print everything as one JSON document"},
    {.name = "stats",
	.kind = OPTION_ON,
	AT(is_stats),
	.help = "print how many runs each endpoint had, and what they saved"},
    {.name = "prometheus",
	.kind = OPTION_ON,
	AT(is_prometheus),
	.help = "print the same in the text format of Prometheus"},
    {.letter = 'q',
	.kind = OPTION_ON,
	AT(is_quiet),
	.help = "print nothing and exit with 0 if there is nothing to list"},
    {.name = "watch",
	.value = "[=TIME]",
	.kind = OPTION_OTHER,
	AT(watch_secs),
	.allowed = "a time of 1 second to a day",
	.help = "redraw the list on the terminal at this interval (2 s)"},
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
	"usage: ssh-fast-ls [-l | --stats | --prometheus] [--paths] [-j] [-q]\n"
	"                   [--watch[=TIME]] [--probe=KIND] [--health[=MS]]\n"
	"                   [--root=DIR] [PATTERN ...]\n"
	"\n"
	"Lists the endpoints for which ssh-fast keeps masters. PATTERN is a "
	"shell\n"
	"pattern on user@host:port, user@host, the host or the name that was "
	"typed\n"
	"for it, or the folder as it is printed.\n"
	"\n"
	"options:\n",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .set = set,
};

/* The number of lines of the terminal. */
static size_t
screen_lines(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1)
		return size.ws_row;
	return SCREEN_LINES;
}

/* Draws the list again and again, until it is interrupted or stdout fails. */
static int
watch(const struct ls_options *options, const struct catalogue_request *wanted)
{
	static char screen[BUFSIZ * 8];
	int status;

	/* One write, so the screen is never empty. */
	(void)setvbuf(stdout, screen, _IOFBF, sizeof(screen));
	do {
		(void)fputs("\033[H\033[2J", stdout);
		status = ls_listing_print(options, wanted, screen_lines());
		if (ferror(stdout))
			return EXIT_TROUBLE;
		deadline_sleep_us((int64_t)options->watch_secs * 1000000);
	} while (true);
	return status;
}

int
ssh_fast_ls_main(int argc, char *argv[])
{
	struct ls_options options = {.probe_timeout_ms = PROBE_TIMEOUT_MS};
	struct catalogue_request wanted;
	int count;

	message_set_program(table.program);
	count = admin_read_options(&table, &options, argc, argv);
	if (count == -1)
		return EXIT_USAGE;
	if (options.help)
		return admin_finish(option_print_help(&table));
	if (options.version)
		return admin_finish(option_print_version(&table));
	wanted = (struct catalogue_request){
	    .patterns = argv + 1, .pattern_count = (size_t)count};
	options.is_long |= options.has_paths;
	if (options.is_long + options.is_stats + options.is_prometheus > 1 ||
	    (options.is_prometheus && options.is_json)) {
		message("options -l, --stats and --prometheus exclude each "
			"other (see ssh-fast-ls --help)");
		return EXIT_USAGE;
	}
	if (options.watch_secs == 0)
		return ls_listing_print(&options, &wanted, 0);
	if (!options.is_json && isatty(STDOUT_FILENO))
		return watch(&options, &wanted);
	message("option --watch wants a terminal to draw on%s (see "
		"ssh-fast-ls --help)",
	    options.is_json ? ", without -j" : "");
	return EXIT_USAGE;
}
