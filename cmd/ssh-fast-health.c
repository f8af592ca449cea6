/*
 * ssh-fast-health: says whether hosts answer as SSH servers with the host key
 * that is known, without a login.
 */
#include "health/crowd.h"
#include "health/endpoints.h"
#include "health/print.h"
#include "health/subject.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TIMEOUT_MS = 5000,
	TIMEOUT_MAX_MS = 3600 * 1000,
	EXIT_USAGE = 2,
	EXIT_UNTOLD = 5,
};

static const char help[] =
    "usage: ssh-fast-health [-j] [-q] [--fields] [-p PORT] [-F CONFIG]\n"
    "                       [--timeout=MS] [--known-hosts=FILE] [--ssh=PATH]\n"
    "                       HOST ...\n"
    "       ssh-fast-health [-j] [-q] [--fields] [--timeout=MS]\n"
    "                       [--known-hosts=FILE] --endpoints=FILE\n"
    "\n"
    "Says whether hosts answer as SSH servers with the host key that is "
    "known.\n"
    "Nobody logs in.\n"
    "\n"
    "options:\n"
    "  -j\n"
    "      print JSON\n"
    "  -q\n"
    "      print nothing\n"
    "  --fields\n"
    "      print a line for programs: KEY=VALUE, with tabs between\n"
    "  -p PORT\n"
    "      the port, as ssh takes it\n"
    "  -F CONFIG\n"
    "      the configuration of ssh to use\n"
    "  --timeout=MS\n"
    "      how long each host has for everything (5000)\n"
    "  --known-hosts=FILE\n"
    "      look for host keys there alone\n"
    "  --ssh=PATH\n"
    "      the ssh that reads the configuration (the first one in PATH)\n"
    "  --endpoints=FILE\n"
    "      look at what this file lists, and do not ask ssh where that is\n"
    "  --help\n"
    "      print this, and exit\n"
    "  --version\n"
    "      print the version, and exit\n";

struct options {
	struct subject_query query;
	const char *endpoints; /* a file */
	enum print_format format;
	bool is_quiet, help, version;
	int timeout_ms;
};

static bool
read_timeout(struct options *options, const char *value)
{
	char *end;
	long ms;

	errno = 0;
	ms = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || ms < 1 ||
	    ms > TIMEOUT_MAX_MS) {
		(void)fprintf(stderr,
		    "ssh-fast-health: bad value for --timeout: %s (it takes 1 "
		    "to %d)\n",
		    value, TIMEOUT_MAX_MS);
		return false;
	}
	options->timeout_ms = (int)ms;
	return true;
}

static bool
read_options(struct options *options, int argc, char *argv[])
{
	enum {
		FIELDS = 256,
		TIMEOUT,
		KNOWN_HOSTS,
		ENDPOINTS,
		SSH,
		HELP,
		VERSION
	};
	static const struct option long_options[] = {
	    {"fields", no_argument, NULL, FIELDS},
	    {"timeout", required_argument, NULL, TIMEOUT},
	    {"known-hosts", required_argument, NULL, KNOWN_HOSTS},
	    {"endpoints", required_argument, NULL, ENDPOINTS},
	    {"ssh", required_argument, NULL, SSH},
	    {"help", no_argument, NULL, HELP},
	    {"version", no_argument, NULL, VERSION},
	    {NULL, 0, NULL, 0},
	};
	int letter;

	memset(options, 0, sizeof(*options));
	options->timeout_ms = TIMEOUT_MS;
	while ((letter = getopt_long(
		    argc, argv, "jqp:F:", long_options, NULL)) != -1) {
		if (letter == 'j')
			options->format = PRINT_JSON;
		else if (letter == FIELDS)
			options->format = PRINT_FIELDS;
		else if (letter == 'q')
			options->is_quiet = true;
		else if (letter == 'p')
			options->query.port = optarg;
		else if (letter == 'F')
			options->query.config = optarg;
		else if (letter == TIMEOUT) {
			if (!read_timeout(options, optarg))
				return false;
		} else if (letter == KNOWN_HOSTS)
			options->query.known_hosts = optarg;
		else if (letter == ENDPOINTS)
			options->endpoints = optarg;
		else if (letter == SSH)
			options->query.ssh = optarg;
		else if (letter == HELP)
			options->help = true;
		else if (letter == VERSION)
			options->version = true;
		else
			return false;
	}
	return true;
}

/* The first one in PATH. */
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

/* The jobs, one for each endpoint or else host; null without memory. */
static struct crowd_job *
make_jobs(const struct options *options, const struct endpoints *endpoints,
    char *hosts[], size_t count)
{
	struct crowd_job *jobs = calloc(count + 1, sizeof(*jobs));
	size_t i;

	for (i = 0; jobs != NULL && i < count; i++) {
		struct worker_task *task = &jobs[i].task;

		task->query = &options->query;
		task->timeout_ms = options->timeout_ms;
		if (endpoints->list != NULL)
			task->endpoint = &endpoints->list[i];
		task->host = endpoints->list != NULL
		    ? endpoints_name(task->endpoint)
		    : hosts[i];
	}
	return jobs;
}

static int
look_at(const struct options *options, const struct endpoints *endpoints,
    char *hosts[], size_t count)
{
	struct crowd_job *jobs = make_jobs(options, endpoints, hosts, count);
	int status;

	if (jobs == NULL) {
		(void)fputs("ssh-fast-health: no memory\n", stderr);
		return EXIT_USAGE;
	}
	crowd_run(jobs, count);
	status = print_exit_status(jobs, count);
	if (!options->is_quiet && !print_jobs(jobs, count, options->format))
		status = EXIT_UNTOLD;
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
		(void)fprintf(stderr, "ssh-fast-health: cannot read %s: %s\n",
		    options->endpoints, reason);
		return EXIT_USAGE;
	}
	status = look_at(options, &endpoints, hosts, endpoints.count);
	endpoints_free(&endpoints);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options options;
	char ssh[4096];

	if (!read_options(&options, argc, argv))
		return EXIT_USAGE;
	if (options.help || options.version) {
		(void)fputs(options.help ? help
					 : "ssh-fast-health " SSH_FAST_VERSION
					   "\n",
		    stdout);
		return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
	}
	if ((optind == argc) != (options.endpoints != NULL)) {
		(void)fputs(options.endpoints == NULL
			? "ssh-fast-health: no host given\n"
			: "ssh-fast-health: both hosts and --endpoints\n",
		    stderr);
		return EXIT_USAGE;
	}
	if (options.query.ssh == NULL)
		options.query.ssh =
		    find_ssh(ssh, sizeof(ssh)) ? ssh : "/usr/bin/ssh";
	return look_at_all(&options, argv + optind, (size_t)(argc - optind));
}
