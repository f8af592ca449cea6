#include "ssh-fast/options.h"

#include "base/duration.h"
#include "pool/pool.h"
#include "base/number.h"
#include "shared/limits.h"
#include "ssh-fast/disabled.h"
#include "ssh-fast/options_show.h"
#include "shared/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
set_probe(struct options *options, const char *value)
{
	if (strcmp(value, "native") == 0)
		options->probe = PROBE_NATIVE;
	else if (strcmp(value, "e2e") == 0)
		options->probe = PROBE_E2E;
	else if (strcmp(value, "ssh") == 0)
		options->probe = PROBE_SSH;
	else if (strcmp(value, "none") == 0)
		options->probe = PROBE_NONE;
	else
		return false;
	return true;
}

/* The variable can also be 0, or 1 for the default. */
static bool
set_health(struct options *options, const char *value)
{
	options->health_ms = 0;
	if (strcmp(value, "0") == 0)
		return true;
	if (!duration_read_ms(value, 1, HEALTH_MS_MAX, &options->health_ms))
		return false;
	if (options->health_ms == 1)
		options->health_ms = HEALTH_MS;
	return true;
}

static bool
set_max_age(struct options *options, const char *value)
{
	options->max_age_secs = 0;
	return strcmp(value, "none") == 0 ||
	    duration_read(value, 1, SECS_MAX, &options->max_age_secs);
}

static bool
set_client(struct options *options, const char *value)
{
	if (strcmp(value, "ssh") == 0)
		options->client = CLIENT_SSH;
	else if (strcmp(value, "native") == 0)
		options->client = CLIENT_NATIVE;
	else if (strcmp(value, "auto") == 0)
		options->client = CLIENT_AUTO;
	else
		return false;
	return true;
}

static bool
set(void *options, const struct option *option, const char *value)
{
	switch (option->offset) {
	case offsetof(struct options, probe):
		return set_probe(options, value);
	case offsetof(struct options, health_ms):
		return set_health(options, value != NULL ? value : "1");
	case offsetof(struct options, max_age_secs):
		return set_max_age(options, value);
	case offsetof(struct options, warm):
		return number_read(value != NULL ? value : "1", 1, WARM_MAX,
		    &((struct options *)options)->warm);
	default:
		return set_client(options, value);
	}
}

#define AT(field) .offset = offsetof(struct options, field)
static const struct option rows[] = {
    {.name = "root",
	.variable = "SSH_FAST_ROOT",
	.value = "DIR",
	.kind = OPTION_TEXT,
	AT(root),
	.allowed = "a folder",
	.help = "folder that holds the namespaces (~/.ssh/ssh-fast)"},
    {.name = "namespace",
	.variable = "SSH_FAST_NAMESPACE",
	.keyword = "Namespace",
	.value = "TEXT",
	.kind = OPTION_TEXT,
	AT(namespace_text),
	.allowed = "a text",
	.help = "use this namespace text (derived from the run)"},
    {.name = "probe",
	.variable = "SSH_FAST_PROBE",
	.keyword = "Probe",
	.value = "KIND",
	.kind = OPTION_OTHER,
	AT(probe),
	.allowed = "native, ssh, e2e or none",
	.help = "how to check a master: native, ssh, e2e (its server has to "
		"answer each\n"
		"      time) or none (native)"},
    {.name = "probe-timeout",
	.variable = "SSH_FAST_PROBE_TIMEOUT",
	.keyword = "ProbeTimeout",
	.value = "MS",
	.kind = OPTION_MS,
	AT(probe_timeout_ms),
	.minimum = 1,
	.maximum = PROBE_TIMEOUT_MS_MAX,
	.help = "milliseconds after which a master counts as hung (500)"},
    {.name = "trust",
	.variable = "SSH_FAST_TRUST",
	.keyword = "Trust",
	.value = "TIME",
	.kind = OPTION_TIME,
	AT(trust_secs),
	.minimum = 0,
	.maximum = SECS_MAX,
	.help = "how long a master that heard from its server is trusted "
		"(30s)"},
    {.name = "answer-timeout",
	.variable = "SSH_FAST_ANSWER_TIMEOUT",
	.keyword = "AnswerTimeout",
	.value = "TIME",
	.kind = OPTION_TIME,
	AT(answer_secs),
	.minimum = 0,
	.maximum = ANSWER_SECS_MAX,
	.help = "how long a server may take to answer before a new login is "
		"made (2s);\n"
		"      0: wait as ssh does"},
    {.name = "health",
	.variable = "SSH_FAST_HEALTH",
	.keyword = "Health",
	.value = "[=MS]",
	.kind = OPTION_OTHER,
	AT(health_ms),
	.allowed = "0 to 60000 milliseconds, as 500 or 2s",
	.help = "before a login, let ssh-fast-health check the server for up "
		"to MS\n"
		"      milliseconds (2000), and fail if it is down; 0: do not "
		"check"},
    {.name = "persist",
	.variable = "SSH_FAST_PERSIST",
	.keyword = "Persist",
	.value = "TIME",
	.kind = OPTION_TIME,
	AT(persist_secs),
	.minimum = 1,
	.maximum = SECS_MAX,
	.help =
	    "how long an idle master stays (ControlPersist, else 90 seconds)"},
    {.name = "max-age",
	.variable = "SSH_FAST_MAX_AGE",
	.keyword = "MaxAge",
	.value = "TIME",
	.kind = OPTION_OTHER,
	AT(max_age_secs),
	.allowed = "none, or a time as 90, 10m or 8h",
	.help = "no session starts over a login older than this (8h)"},
    {.name = "no-touch",
	.kind = OPTION_OFF,
	AT(touch),
	.help = "do not update the mtime of the control socket"},
    {.variable = "SSH_FAST_TOUCH",
	.keyword = "Touch",
	.kind = OPTION_ON,
	AT(touch),
	.help = "0: same as --no-touch"},
    {.name = "client",
	.variable = "SSH_FAST_CLIENT",
	.keyword = "Client",
	.value = "KIND",
	.kind = OPTION_OTHER,
	AT(client),
	.allowed = "auto, ssh or native",
	.help = "who speaks to the master (auto): ssh, native (ssh-fast "
		"itself), or auto,\n"
		"      the one that behaves exactly as plain ssh does"},
    {.name = "strict",
	.variable = "SSH_FAST_STRICT",
	.keyword = "Strict",
	.kind = OPTION_ON,
	AT(strict),
	.help = "fail with status 255 if no lease is available"},
    {.name = "reuse-only",
	.variable = "SSH_FAST_REUSE_ONLY",
	.keyword = "ReuseOnly",
	.kind = OPTION_ON,
	AT(reuse_only),
	.help = "never log in: use a free master, or fail with status 255"},
    {.name = "cold",
	.variable = "SSH_FAST_COLD",
	.keyword = "Cold",
	.value = "N",
	.kind = OPTION_NUMBER,
	AT(cold),
	.maximum = COLD_MAX,
	.help = "logins to one server at the same time (8); 0: any number"},
    {.name = "slots",
	.variable = "SSH_FAST_SLOTS",
	.keyword = "Slots",
	.value = "N",
	.kind = OPTION_NUMBER,
	AT(slots),
	.minimum = 1,
	.maximum = SLOTS_MAX,
	.help = "sessions that may share one master (1)"},
    {.name = "ssh",
	.variable = "SSH_FAST_SSH",
	.keyword = "Ssh",
	.value = "PATH",
	.kind = OPTION_TEXT,
	AT(ssh),
	.allowed = "a program",
	.help = "the real ssh (the first in PATH that is not ssh-fast)"},
    {.name = "warm",
	.value = "[=N]",
	.kind = OPTION_OTHER,
	AT(warm),
	.minimum = 1,
	.maximum = WARM_MAX,
	.help = "log in until N masters are idle (1); run nothing"},
    {.name = "stop",
	.kind = OPTION_ON,
	AT(stop),
	.help = "end the masters, those in use after their sessions; run "
		"nothing"},
    {.name = "log",
	.variable = "SSH_FAST_LOG",
	.keyword = "Log",
	.value = "FILE",
	.kind = OPTION_TEXT,
	AT(log),
	.allowed = "a file or syslog",
	.help = "write one line for each run to this file, or to syslog (off)"},
    {.name = "explain",
	.kind = OPTION_ON,
	AT(explain),
	.help = "print what a run would do and why; connect to nothing"},
    {.name = "verbose",
	.variable = "SSH_FAST_VERBOSE",
	.keyword = "Verbose",
	.kind = OPTION_ON,
	AT(verbose),
	.help = "print decisions and times on stderr"},
    {.name = "plain",
	.variable = "SSH_FAST_DISABLE",
	.keyword = "Plain",
	.kind = OPTION_ON,
	AT(disable),
	.help = "run plain ssh at once"},
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
    .program = "ssh-fast",
    .usage = "usage: ssh-fast [--option ...] ssh-argument ...\n\n"
	     "Runs ssh over a connection that an earlier run left open. One "
	     "process\n"
	     "at a time uses it. The arguments are those of ssh(1).\n"
	     "Beside it: ssh-fast-ls lists what is kept, ssh-fast-gc cleans "
	     "it, and\n"
	     "ssh-fast-health tells which servers answer.\n\n"
	     "options, which come before those of ssh, and their "
	     "variables:\n",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .set = set,
    .show = options_show,
    .size = sizeof(struct options),
    .origins = offsetof(struct options, origins),
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= OPTION_ROWS_MAX,
    "an origin for each row");

int
options_read(struct options *options, int argc, char *argv[])
{
	memset(options, 0, sizeof(*options));
	options->probe = PROBE_NATIVE;
	options->probe_timeout_ms = PROBE_TIMEOUT_MS;
	options->trust_secs = TRUST_SECS;
	options->answer_secs = ANSWER_SECS;
	options->cold = COLD;
	options->max_age_secs = MAX_AGE_SECS;
	options->slots = 1;
	options->touch = true;
	if (disabled_is_set())
		return disabled_read(options, argc, argv);
	if (option_read_environment(&table, options) == -1)
		return -1;
	/*
	 * It is only for this run. Another ssh-fast that ssh starts, as a
	 * ProxyCommand, makes another connection.
	 */
	if (options->namespace_text != NULL &&
	    unsetenv("SSH_FAST_NAMESPACE") == -1)
		return -1;
	return option_read_front(&table, options, argc, argv);
}

int
options_print_help(void)
{
	return option_print_help(&table);
}

int
options_print_version(void)
{
	return option_print_version(&table);
}

enum setting_status
options_take_setting(struct options *options, const char *keyword,
    const char *value, size_t line, bool counts,
    char allowed[OPTION_ALLOWED_MAX])
{
	return setting_take(
	    &table, options, keyword, value, line, counts, allowed);
}

static const struct option *
find_row(size_t offset)
{
	const struct option *row;

	for (row = rows; row->offset != offset; row++)
		;
	return row;
}

void
options_settle(struct options *options, int secs, bool is_passing)
{
	if (options->persist_secs != 0)
		return;
	if (secs == POOL_PERSIST_UNSET) {
		options->persist_secs =
		    is_passing ? PASSING_PERSIST_SECS : PERSIST_SECS;
		return;
	}
	if (secs == POOL_PERSIST_FOR_EVER)
		secs = options->max_age_secs > 0 ? options->max_age_secs
						 : SECS_MAX;
	options->persist_secs = secs < SECS_MAX ? secs : SECS_MAX;
	option_note_origin(&table,
	    find_row(offsetof(struct options, persist_secs)), options,
	    OPTION_FROM_SSH, 0);
}

void
options_print_settings(const struct options *options, const char *file)
{
	setting_print(&table, options, file);
}
