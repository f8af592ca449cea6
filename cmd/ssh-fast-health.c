/*
 * ssh-fast-health: says whether hosts answer as SSH servers with the host key
 * that is known, without a login. Each host has a process of its own, so that
 * nothing that hangs, a name server for instance, outlives the deadline.
 */
#include "deadline.h"
#include "health/dial.h"
#include "health/endpoints.h"
#include "health/handshake.h"
#include "health/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <libssh2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TIMEOUT_MS = 5000,
	TIMEOUT_MAX_MS = 3600 * 1000,
	/* So many side by side, most of which only wait for an answer. */
	WORKERS_MAX = 128,
	/*
	 * Key exchanges are work, for this machine too: with all of them at
	 * once, all would be late. So many go on at a time, and one that has
	 * not ended after so long is waiting for its server.
	 */
	TALKING_MAX = 12,
	TALKING_MS = 200,
	/* What the worker has to tell itself that time is up. */
	GRACE_MS = 20,
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

enum state { HEALTHY, UNREACHABLE, MISMATCH, UNKNOWN, PROXIED, UNTOLD };
static const struct {
	const char *word;
	int exit_status;
} states[] = {
    [HEALTHY] = {"healthy", 0},
    [UNREACHABLE] = {"unreachable", 1},
    [MISMATCH] = {"mismatch", 3},
    [UNKNOWN] = {"unknown", 4},
    [PROXIED] = {"proxied", 5},
    [UNTOLD] = {"untold", 5},
};

enum step { CONFIGURATION, NAME, CONNECT, BANNER, HANDSHAKE, HOST_KEY };
static const char *const steps[] = {
    [CONFIGURATION] = NULL,
    [NAME] = "name",
    [CONNECT] = "connect",
    [BANNER] = "banner",
    [HANDSHAKE] = "handshake",
    [HOST_KEY] = "host key",
};

/* What a worker tells, whole, at each step: at most PIPE_BUF bytes. */
struct report {
	bool waits; /* connected, for its turn to talk */
	enum state state;
	enum step step;
	int port;
	double connect_ms, handshake_ms; /* negative: unknown */
	char hostname[256], address[64], banner[256];
	char fingerprint[64], key_type[16], reason[512];
};

struct options {
	struct subject_query query;
	const char *endpoints; /* a file */
	bool is_json, is_quiet, help, version;
	int timeout_ms;
};

/* A host, and the process that looks at it while pid is not 0. */
struct job {
	const char *host;
	const json_t *endpoint; /* where it is, or null: ssh -G is asked */
	pid_t pid;
	int fd;
	int64_t deadline_us;
	int64_t since_us; /* that it waits or, then, that it talks; or 0 */
	struct report report;
};

/* Those at work. */
struct crowd {
	struct job *jobs[WORKERS_MAX];
	size_t count;
};

struct worker {
	struct report report;
	int fd;
	int64_t deadline_us;
	int timeout_ms;
};

static void
tell(struct worker *worker)
{
	if (write(worker->fd, &worker->report, sizeof(worker->report)) == -1)
		_exit(1);
}

static void
enter(struct worker *worker, enum step step)
{
	worker->report.step = step;
	tell(worker);
}

static void
fail(struct worker *worker, enum state state, const char *reason)
{
	worker->report.state = state;
	subject_copy_clean(
	    worker->report.reason, sizeof(worker->report.reason), reason);
	tell(worker);
}

static void
time_out(struct report *report, int timeout_ms)
{
	report->state = report->step == CONFIGURATION ? UNTOLD : UNREACHABLE;
	(void)snprintf(report->reason, sizeof(report->reason),
	    "timed out after %d ms", timeout_ms);
}

/* Should nobody be left to end it. */
static void
end_by_itself(int timeout_ms)
{
	(void)alarm((unsigned int)timeout_ms / 1000 + 2);
}

/* The time until it is this one's turn does not count. */
static bool
wait_for_turn(struct worker *worker)
{
	int64_t since_us = deadline_now_us();
	char turn;

	worker->report.waits = true;
	tell(worker);
	worker->report.waits = false;
	/* The end of the one that gives turns is seen here as well. */
	(void)alarm(0);
	if (read(worker->fd, &turn, 1) != 1)
		return false;
	end_by_itself(worker->timeout_ms);
	worker->deadline_us += deadline_now_us() - since_us;
	return true;
}

static void
got_banner(void *context, const char *banner)
{
	struct worker *worker = context;

	(void)snprintf(
	    worker->report.banner, sizeof(worker->report.banner), "%s", banner);
	enter(worker, HANDSHAKE);
}

static void
judge(struct worker *worker, const struct handshake *handshake)
{
	struct report *report = &worker->report;

	(void)snprintf(report->fingerprint, sizeof(report->fingerprint), "%s",
	    handshake->fingerprint);
	(void)snprintf(report->key_type, sizeof(report->key_type), "%s",
	    handshake->key_type);
	report->step = HOST_KEY;
	switch (handshake->verdict) {
	case KNOWN_HOSTS_MATCH:
		report->state = HEALTHY;
		tell(worker);
		break;
	case KNOWN_HOSTS_MISMATCH:
		fail(worker, MISMATCH, "another one is known");
		break;
	case KNOWN_HOSTS_REVOKED:
		fail(worker, MISMATCH, "it is revoked");
		break;
	case KNOWN_HOSTS_UNKNOWN:
		fail(worker, UNKNOWN, "none of this type is known");
		break;
	}
}

static void
talk(struct worker *worker, const struct subject *subject, int fd)
{
	struct report *report = &worker->report;
	struct handshake handshake;
	int64_t begin_us;

	enter(worker, BANNER);
	if (!wait_for_turn(worker))
		return;
	begin_us = deadline_now_us();
	switch (handshake_run(
	    &handshake, fd, subject, got_banner, worker, worker->deadline_us)) {
	case HANDSHAKE_DONE:
		report->handshake_ms =
		    (double)(deadline_now_us() - begin_us) / 1000;
		judge(worker, &handshake);
		break;
	case HANDSHAKE_TIMED_OUT:
		time_out(report, worker->timeout_ms);
		tell(worker);
		break;
	case HANDSHAKE_NO_METHOD:
		fail(worker, UNTOLD, handshake.reason);
		break;
	case HANDSHAKE_FAILED:
		fail(worker, UNREACHABLE, handshake.reason);
		break;
	}
}

static void
dial(struct worker *worker, const struct subject *subject)
{
	struct report *report = &worker->report;
	struct addrinfo *addresses, *address;
	int64_t begin_us;
	int error, fd = -1;

	enter(worker, NAME);
	error = dial_addresses(subject->hostname, subject->port, &addresses);
	if (error != 0) {
		fail(worker, UNREACHABLE,
		    error == EAI_SYSTEM ? strerror(errno)
					: gai_strerror(error));
		return;
	}
	for (address = addresses; address != NULL && fd == -1;
	     address = address->ai_next) {
		dial_print(address, report->address, sizeof(report->address));
		enter(worker, CONNECT);
		begin_us = deadline_now_us();
		fd = dial_connect(address, worker->deadline_us);
		error = errno;
		report->connect_ms =
		    (double)(deadline_now_us() - begin_us) / 1000;
		if (fd == -1 && error == ETIMEDOUT &&
		    deadline_left_ms(worker->deadline_us) == 0)
			break;
	}
	if (fd != -1) {
		talk(worker, subject, fd);
		return;
	}
	report->connect_ms = -1;
	if (deadline_left_ms(worker->deadline_us) > 0) {
		fail(worker, UNREACHABLE, strerror(error));
		return;
	}
	time_out(report, worker->timeout_ms);
	tell(worker);
}

/* Finds out where it is. False after the report of a failure. */
static bool
resolve(struct worker *worker, struct subject *subject,
    const struct subject_query *query, const char *host)
{
	struct report *report = &worker->report;
	char reason[64];
	int status;

	status = subject_resolve(subject, query, host, worker->deadline_us);
	if (status == -1 && errno == ETIMEDOUT) {
		time_out(report, worker->timeout_ms);
		tell(worker);
	} else if (status == -1) {
		(void)snprintf(
		    reason, sizeof(reason), "ssh -G: %.40s", strerror(errno));
		fail(worker, UNTOLD, reason);
	} else if (status > 0) {
		(void)snprintf(reason, sizeof(reason),
		    "ssh -G refuses with status %d", status);
		fail(worker, UNTOLD, reason);
	}
	return status == 0;
}

static void
work(struct worker *worker, const struct subject_query *query,
    const struct job *job)
{
	struct report *report = &worker->report;
	struct subject subject;

	if (job->endpoint != NULL)
		endpoints_get(job->endpoint, &subject, query->known_hosts);
	else if (!resolve(worker, &subject, query, job->host))
		return;
	subject_copy_clean(
	    report->hostname, sizeof(report->hostname), subject.hostname);
	report->port = subject.port;
	if (subject.is_proxied)
		fail(worker, PROXIED, "it is reached through a proxy");
	else
		dial(worker, &subject);
}

static void
clear_report(struct report *report)
{
	memset(report, 0, sizeof(*report));
	report->state = UNTOLD;
	report->connect_ms = report->handshake_ms = -1;
}

static void
start(struct job *job, const struct options *options)
{
	struct worker worker;
	int pair[2] = {-1, -1};
	bool has_pair;

	memset(&worker, 0, sizeof(worker));
	clear_report(&job->report);
	clear_report(&worker.report);
	worker.timeout_ms = options->timeout_ms;
	job->since_us = 0;
	worker.deadline_us = deadline_in_ms(options->timeout_ms);
	job->deadline_us = worker.deadline_us + (int64_t)GRACE_MS * 1000;
	has_pair = socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0;
	job->pid = has_pair ? fork() : -1;
	if (job->pid == 0) {
		(void)close(pair[0]);
		worker.fd = pair[1];
		(void)fcntl(worker.fd, F_SETFD, FD_CLOEXEC);
		end_by_itself(options->timeout_ms);
		work(&worker, &options->query, job);
		_exit(0);
	}
	if (pair[1] != -1)
		(void)close(pair[1]);
	job->fd = pair[0];
	if (job->pid != -1)
		return;
	(void)snprintf(job->report.reason, sizeof(job->report.reason),
	    "cannot start a process: %s", strerror(errno));
	if (job->fd != -1)
		(void)close(job->fd);
	job->pid = 0;
}

static void
finish(struct job *job)
{
	(void)kill(job->pid, SIGKILL);
	(void)waitpid(job->pid, NULL, 0);
	(void)close(job->fd);
	job->pid = 0;
}

/* One report, or the end. False when the job is done. */
static bool
listen_to(struct job *job)
{
	struct report report;
	ssize_t length;

	length = read(job->fd, &report, sizeof(report));
	if (length == (ssize_t)sizeof(report)) {
		job->report = report;
		job->since_us =
		    report.waits ? deadline_now_us() : job->since_us;
		return true;
	}
	finish(job);
	if (job->report.reason[0] == '\0' && job->report.state == UNTOLD)
		(void)snprintf(job->report.reason, sizeof(job->report.reason),
		    "the process that looked at it has died");
	return false;
}

/* So many are at it now, and not just waiting for their server. */
static size_t
count_talking(const struct crowd *crowd, int64_t now_us)
{
	size_t i, count = 0;

	for (i = 0; i < crowd->count; i++) {
		const struct job *job = crowd->jobs[i];

		count += job->since_us != 0 && !job->report.waits &&
			now_us - job->since_us < TALKING_MS * (int64_t)1000
		    ? 1
		    : 0;
	}
	return count;
}

/* Gives those that wait their turn, as many as may talk. */
static void
give_turns(struct crowd *crowd)
{
	int64_t now_us = deadline_now_us();
	size_t talking = count_talking(crowd, now_us), i;

	for (i = 0; i < crowd->count && talking < TALKING_MAX; i++) {
		struct job *job = crowd->jobs[i];

		if (!job->report.waits)
			continue;
		job->report.waits = false;
		job->deadline_us += now_us - job->since_us;
		job->since_us = now_us;
		(void)send(job->fd, "t", 1, MSG_NOSIGNAL);
		talking++;
	}
}

/* Until one of them says something, or should have, or lets another talk. */
static int
wait_for(const struct crowd *crowd, struct pollfd *fds)
{
	int64_t now_us = deadline_now_us(), next_us;
	int wait_ms = TIMEOUT_MAX_MS, left_ms;
	size_t i;

	for (i = 0; i < crowd->count; i++) {
		const struct job *job = crowd->jobs[i];

		fds[i] = (struct pollfd){.fd = job->fd, .events = POLLIN};
		if (job->report.waits)
			continue;
		next_us = job->since_us + TALKING_MS * (int64_t)1000;
		if (job->since_us == 0 || next_us <= now_us ||
		    next_us > job->deadline_us)
			next_us = job->deadline_us;
		left_ms = deadline_left_ms(next_us);
		if (left_ms < wait_ms)
			wait_ms = left_ms;
	}
	return poll(fds, (nfds_t)crowd->count, wait_ms);
}

static void
serve(struct crowd *crowd, int timeout_ms)
{
	struct pollfd fds[WORKERS_MAX];
	size_t i, kept = 0;

	if (wait_for(crowd, fds) == -1)
		return;
	for (i = 0; i < crowd->count; i++) {
		struct job *job = crowd->jobs[i];
		bool goes_on = true;

		if (fds[i].revents != 0) {
			goes_on = listen_to(job);
		} else if (!job->report.waits &&
		    deadline_left_ms(job->deadline_us) == 0) {
			finish(job);
			if (job->report.reason[0] == '\0')
				time_out(&job->report, timeout_ms);
			goes_on = false;
		}
		if (goes_on)
			crowd->jobs[kept++] = job;
	}
	crowd->count = kept;
}

static void
run(struct job *jobs, size_t count, const struct options *options)
{
	struct crowd crowd = {.count = 0};
	size_t next = 0;

	/* Once, for all: it takes as long as a key exchange. */
	(void)libssh2_init(0);
	while (next < count || crowd.count > 0) {
		while (next < count && crowd.count < WORKERS_MAX) {
			start(&jobs[next], options);
			if (jobs[next].pid != 0)
				crowd.jobs[crowd.count++] = &jobs[next];
			next++;
		}
		give_turns(&crowd);
		if (crowd.count > 0)
			serve(&crowd, options->timeout_ms);
	}
}

static void
print_line(const struct job *job)
{
	const struct report *report = &job->report;
	char host[512];

	subject_copy_clean(host, sizeof(host), job->host);
	(void)printf("%s: %s", host, states[report->state].word);
	if (report->state == HEALTHY) {
		(void)printf(", %s port %d, %s, %s %s, connect %.1f ms, "
			     "handshake %.0f ms\n",
		    report->address, report->port, report->banner,
		    report->key_type, report->fingerprint, report->connect_ms,
		    report->handshake_ms);
		return;
	}
	if (steps[report->step] != NULL)
		(void)printf(": %s", steps[report->step]);
	if (report->step == CONNECT || report->step == BANNER ||
	    report->step == HANDSHAKE)
		(void)printf(" %s %s port %d",
		    report->step == CONNECT ? "to" : "of", report->address,
		    report->port);
	if (report->step == HOST_KEY)
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
host_json(const struct job *job)
{
	const struct report *report = &job->report;
	const char *step =
	    report->state == HEALTHY ? NULL : steps[report->step];

	return json_pack("{so so so so so so so so so so so so}", "host",
	    string(job->host), "state", string(states[report->state].word),
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
print_json(const struct job *jobs, size_t count)
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
exit_status(const struct job *jobs, size_t count)
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
static struct job *
make_jobs(const struct options *options, char *hosts[], size_t *count)
{
	struct job *jobs;
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
		if (list != NULL)
			jobs[i].endpoint = json_array_get(list, i);
		jobs[i].host =
		    list != NULL ? endpoints_name(jobs[i].endpoint) : hosts[i];
	}
	return jobs;
}

static int
look_at_all(const struct options *options, char *hosts[], size_t count)
{
	struct job *jobs;
	size_t i;
	int status;

	if ((jobs = make_jobs(options, hosts, &count)) == NULL)
		return EXIT_USAGE;
	run(jobs, count, options);
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
