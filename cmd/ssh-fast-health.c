/*
 * ssh-fast-health: checks whether SSH servers answer with the known host key,
 * without a login.
 */
#include "health/crowd.h"
#include "health/endpoints.h"
#include "health/print.h"
#include "health/sharing.h"
#include "health/subject.h"
#include "shared/home.h"
#include "shared/limits.h"
#include "shared/message.h"
#include "shared/option.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_USAGE = 2,
	EXIT_UNKNOWN = 5,
};

struct options {
	struct subject_query query;
	const char *endpoints; /* a file */
	const char *root;
	enum print_format format;
	bool is_quiet, help, version;
	int timeout_ms;
};

static bool
set_format(void *context, const struct option *option, const char *value)
{
	struct options *options = context;

	(void)value;
	options->format = option->letter == 'j' ? PRINT_JSON : PRINT_FIELDS;
	return true;
}

#define AT(field) .offset = offsetof(struct options, field)
static const struct option rows[] = {
    {.letter = 'j', .kind = OPTION_OTHER, AT(format), .help = "print JSON"},
    {.letter = 'q', .kind = OPTION_ON, AT(is_quiet), .help = "print nothing"},
    {.name = "fields",
	.kind = OPTION_OTHER,
	AT(format),
	.help = "print one line per host for programs: KEY=VALUE, separated by "
		"tabs"},
    {.letter = 'p',
	.value = "PORT",
	.kind = OPTION_TEXT,
	AT(query.port),
	.allowed = "a port",
	.help = "port to connect to, as for ssh"},
    {.letter = 'F',
	.value = "CONFIG",
	.kind = OPTION_TEXT,
	AT(query.config),
	.allowed = "a file",
	.help = "configuration file of ssh"},
    {.name = "timeout",
	.value = "MS",
	.kind = OPTION_MS,
	AT(timeout_ms),
	.minimum = 1,
	.maximum = HEALTH_TIMEOUT_MS_MAX,
	.help = "milliseconds that each host has for all steps (5000)"},
    {.name = "known-hosts",
	.value = "FILE",
	.kind = OPTION_TEXT,
	AT(query.known_hosts),
	.allowed = "a file",
	.help = "look for host keys only in this file"},
    {.name = "ssh",
	.value = "PATH",
	.kind = OPTION_TEXT,
	AT(query.ssh),
	.allowed = "a program",
	.help = "the ssh that reads the configuration (the first in PATH)"},
    {.name = "root",
	.variable = "SSH_FAST_ROOT",
	.value = "DIR",
	.kind = OPTION_TEXT,
	AT(root),
	.allowed = "a folder",
	.help = "folder that holds the answers (~/.ssh/ssh-fast)"},
    {.name = "endpoints",
	.value = "FILE",
	.kind = OPTION_TEXT,
	AT(endpoints),
	.allowed = "a file",
	.help = "check the hosts that this file lists, and do not run ssh -G"},
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
    .program = "ssh-fast-health",
    .usage =
	"usage: ssh-fast-health [-j] [-q] [--fields] [-p PORT] [-F CONFIG]\n"
	"                       [--timeout=MS] [--known-hosts=FILE] "
	"[--ssh=PATH]\n"
	"                       [--root=DIR] HOST ...\n"
	"       ssh-fast-health [-j] [-q] [--fields] [--timeout=MS]\n"
	"                       [--known-hosts=FILE] [--root=DIR] "
	"--endpoints=FILE\n"
	"\n"
	"Checks whether SSH servers answer, with the host key that is known, "
	"without\n"
	"a login. Answers are kept for 10 seconds.\n"
	"\n"
	"options:\n",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .set = set_format,
};

/* The first ssh in PATH. */
static bool
find_ssh(char *path, size_t size)
{
	const char *folders = getenv("PATH");
	size_t length;

	if (folders == NULL)
		folders = "/usr/bin:/bin";
	for (;; folders += length + 1) {
		length = strcspn(folders, ":");
		(void)snprintf(path, size, "%.*s/ssh", (int)length, folders);
		if (length > 0 && access(path, X_OK) == 0)
			return true;
		if (folders[length] == '\0')
			return false;
	}
}

/* The jobs, one for each endpoint or host; null without memory. */
static struct crowd_job *
make_jobs(const struct options *options, const struct sharing *sharing,
    const struct endpoints *endpoints, char *hosts[], size_t count)
{
	struct crowd_job *jobs = calloc(count + 1, sizeof(*jobs));
	size_t i;

	for (i = 0; jobs != NULL && i < count; i++) {
		struct worker_task *task = &jobs[i].task;

		task->query = &options->query;
		task->sharing = sharing;
		task->timeout_ms = options->timeout_ms;
		if (endpoints->list != NULL)
			task->endpoint = &endpoints->list[i];
		task->host = endpoints->list != NULL
		    ? endpoints_name(task->endpoint)
		    : hosts[i];
	}
	return jobs;
}

/* Without a home, or with an untrusted one, each process asks by itself. */
static void
open_shared(struct sharing *sharing, const char *root)
{
	struct text home, path;

	sharing->answers.fd = -1;
	text_init(&home);
	text_init(&path);
	if (home_of_ssh(&home) == 0 &&
	    (root = home_root(&path, root, home.data)) != NULL)
		sharing_open(sharing, root);
	text_free(&path);
	text_free(&home);
}

static int
look_at(const struct options *options, const struct endpoints *endpoints,
    char *hosts[], size_t count)
{
	struct sharing sharing;
	struct crowd_job *jobs =
	    make_jobs(options, &sharing, endpoints, hosts, count);
	int status;

	if (jobs == NULL) {
		message("cannot check the hosts: %s", strerror(ENOMEM));
		return EXIT_USAGE;
	}
	open_shared(&sharing, options->root);
	crowd_run(jobs, count);
	sharing_close(&sharing);
	status = print_exit_status(jobs, count);
	if (!options->is_quiet && !print_jobs(jobs, count, options->format))
		status = EXIT_UNKNOWN;
	free(jobs);
	return status;
}

static int
look_at_all(const struct options *options, char *hosts[], size_t count)
{
	struct endpoints endpoints = {.list = NULL};
	char reason[256];
	int status;

	if (options->endpoints == NULL)
		return look_at(options, &endpoints, hosts, count);
	if (endpoints_read(
		&endpoints, options->endpoints, reason, sizeof(reason)) == -1) {
		message("cannot read %s: %s", options->endpoints, reason);
		return EXIT_USAGE;
	}
	status = look_at(options, &endpoints, hosts, endpoints.count);
	endpoints_free(&endpoints);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options options = {.timeout_ms = HEALTH_TIMEOUT_MS};
	char ssh[4096];
	int count;

	message_set_program(table.program);
	if (option_read_environment(&table, &options) == -1 ||
	    (count = option_read_all(&table, &options, argc, argv)) == -1)
		return EXIT_USAGE;
	if (options.help)
		return option_print_help(&table) == 0 ? 0 : EXIT_USAGE;
	if (options.version)
		return option_print_version(&table) == 0 ? 0 : EXIT_USAGE;
	if ((count == 0) != (options.endpoints != NULL)) {
		message("%s",
		    options.endpoints == NULL
			? "missing host (see ssh-fast-health --help)"
			: "hosts and --endpoints exclude each other (see "
			  "ssh-fast-health --help)");
		return EXIT_USAGE;
	}
	if (options.query.ssh == NULL)
		options.query.ssh =
		    find_ssh(ssh, sizeof(ssh)) ? ssh : "/usr/bin/ssh";
	return look_at_all(&options, argv + 1, (size_t)count);
}
