/*
 * ssh-fast-health: says whether hosts answer as SSH servers with the host key
 * that is known, without a login.
 */
#include "health/crowd.h"
#include "health/endpoints.h"
#include "health/subject.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TIMEOUT_MS = 5000,
	TIMEOUT_MAX_MS = 3600 * 1000,
	EXIT_USAGE = 2,
};

static const char help[] =
    "usage: ssh-fast-health [-j] [-q] [-p PORT] [-F CONFIG] [--timeout=MS]\n"
    "                       [--known-hosts=FILE] [--ssh=PATH] HOST ...\n"
    "       ssh-fast-health [-j] [-q] [--timeout=MS] [--known-hosts=FILE]\n"
    "                       --endpoints=FILE\n"
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
    "      look at what this JSON list says, and do not ask ssh where it is\n"
    "  --help\n"
    "      print this, and exit\n"
    "  --version\n"
    "      print the version, and exit\n";

static const struct {
	const char *word;
	int exit_status;
} states[] = {
    [REPORT_HEALTHY] = {"healthy", 0},
    [REPORT_UNREACHABLE] = {"unreachable", 1},
    [REPORT_MISMATCH] = {"mismatch", 3},
    [REPORT_UNKNOWN] = {"unknown", 4},
    [REPORT_PROXIED] = {"proxied", 5},
    [REPORT_UNTOLD] = {"untold", 5},
};

static const char *const steps[] = {
    [REPORT_CONFIGURATION] = NULL,
    [REPORT_NAME] = "name",
    [REPORT_CONNECT] = "connect",
    [REPORT_BANNER] = "banner",
    [REPORT_HANDSHAKE] = "handshake",
    [REPORT_HOST_KEY] = "host key",
};

struct options {
	struct subject_query query;
	const char *endpoints; /* a file */
	bool is_json, is_quiet, help, version;
	int timeout_ms;
};

static void
print_line(const struct crowd_job *job)
{
	const struct report *report = &job->report;
	char host[512];

	subject_copy_clean(host, sizeof(host), job->task.host);
	(void)printf("%s: %s", host, states[report->state].word);
	if (report->state == REPORT_HEALTHY) {
		(void)printf(", %s port %d, %s, %s %s, connect %.1f ms, "
			     "handshake %.0f ms\n",
		    report->address, report->port, report->banner,
		    report->key_type, report->fingerprint, report->connect_ms,
		    report->handshake_ms);
		return;
	}
	if (steps[report->step] != NULL)
		(void)printf(": %s", steps[report->step]);
	if (report->step == REPORT_CONNECT || report->step == REPORT_BANNER ||
	    report->step == REPORT_HANDSHAKE)
		(void)printf(" %s %s port %d",
		    report->step == REPORT_CONNECT ? "to" : "of",
		    report->address, report->port);
	if (report->step == REPORT_HOST_KEY)
		(void)printf(" %s %s", report->key_type, report->fingerprint);
	(void)printf(": %s\n", report->reason);
}

static json_t *
string(const char *value)
{
	char clean[1024];
	json_t *json;

	if (value == NULL || *value == '\0')
		return json_null();
	json = json_string(value);
	if (json != NULL)
		return json;
	subject_copy_clean(clean, sizeof(clean), value);
	return json_string(clean);
}

static json_t *
milliseconds(double ms)
{
	return ms < 0 ? json_null() : json_real(ms);
}

static json_t *
host_json(const struct crowd_job *job)
{
	const struct report *report = &job->report;
	const char *step =
	    report->state == REPORT_HEALTHY ? NULL : steps[report->step];

	return json_pack("{so so so so so so so so so so so so}", "host",
	    string(job->task.host), "state", string(states[report->state].word),
	    "step", string(step), "reason", string(report->reason), "hostname",
	    string(report->hostname), "port",
	    report->port > 0 ? json_integer(report->port) : json_null(),
	    "address", string(report->address), "banner",
	    string(report->banner), "fingerprint", string(report->fingerprint),
	    "key_type", string(report->key_type), "connect_ms",
	    milliseconds(report->connect_ms), "handshake_ms",
	    milliseconds(report->handshake_ms));
}

static void
print_json(const struct crowd_job *jobs, size_t count)
{
	json_t *list = json_array(), *document;
	size_t i;

	for (i = 0; i < count; i++)
		(void)json_array_append_new(list, host_json(&jobs[i]));
	document = json_pack("{so}", "hosts", list);
	(void)json_dumpf(
	    document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	(void)putchar('\n');
	json_decref(document);
}

static int
exit_status(const struct crowd_job *jobs, size_t count)
{
	static const int precedence[] = {3, 1, 4, 5};
	size_t i, k;

	for (k = 0; k < sizeof(precedence) / sizeof(precedence[0]); k++)
		for (i = 0; i < count; i++)
			if (states[jobs[i].report.state].exit_status ==
			    precedence[k])
				return precedence[k];
	return 0;
}

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
	enum { TIMEOUT = 256, KNOWN_HOSTS, ENDPOINTS, SSH, HELP, VERSION };
	static const struct option long_options[] = {
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
			options->is_json = true;
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

/* What is to be looked at, *count of them; null after a message. */
static struct crowd_job *
make_jobs(const struct options *options, char *hosts[], size_t *count)
{
	struct crowd_job *jobs;
	json_t *list = NULL;
	char reason[JSON_ERROR_TEXT_LENGTH];
	size_t i;

	if (options->endpoints != NULL) {
		list =
		    endpoints_read(options->endpoints, reason, sizeof(reason));
		if (list == NULL) {
			(void)fprintf(stderr,
			    "ssh-fast-health: cannot read %s: %s\n",
			    options->endpoints, reason);
			return NULL;
		}
		*count = json_array_size(list);
	}
	jobs = calloc(*count + 1, sizeof(*jobs));
	if (jobs == NULL) {
		(void)fputs("ssh-fast-health: no memory\n", stderr);
		return NULL;
	}
	for (i = 0; i < *count; i++) {
		struct worker_task *task = &jobs[i].task;

		task->query = &options->query;
		task->timeout_ms = options->timeout_ms;
		task->endpoint = json_array_get(list, i);
		task->host = task->endpoint != NULL
		    ? endpoints_name(task->endpoint)
		    : hosts[i];
	}
	return jobs;
}

static int
look_at_all(const struct options *options, char *hosts[], size_t count)
{
	struct crowd_job *jobs;
	size_t i;
	int status;

	if ((jobs = make_jobs(options, hosts, &count)) == NULL)
		return EXIT_USAGE;
	crowd_run(jobs, count);
	if (options->is_json && !options->is_quiet)
		print_json(jobs, count);
	for (i = 0; i < count && !options->is_json && !options->is_quiet; i++)
		print_line(&jobs[i]);
	status = exit_status(jobs, count);
	free(jobs);
	return fflush(stdout) == 0 ? status : 5;
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
