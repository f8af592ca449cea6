#include "health/crowd.h"

#include "base/deadline.h"

#include <errno.h>
#include <libssh2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	/* The number of hosts at a time. Most only wait for an answer. */
	WORKERS_MAX = 128,
	/*
	 * Key exchanges use the processor. All at once would be late, so this
	 * many run at a time. One that takes longer than this waits for its
	 * server. Each address, which may be one server, gets one at a time.
	 */
	TALKING_MAX = 12,
	TALKING_MS = 200,
	/* The time for the worker to report that its time is up. */
	GRACE_MS = 20,
	POLL_MS_MAX = 3600 * 1000,
};

/* The running jobs. */
struct crowd {
	struct crowd_job *jobs[WORKERS_MAX];
	size_t count;
};

/* Starts a process for the job, or reports that there is none. */
static void
start(struct crowd_job *job)
{
	int pair[2] = {-1, -1};
	bool has_pair;

	report_clear(&job->report);
	job->since_us = job->asks_since_us = 0;
	job->deadline_us = deadline_in_ms(job->task.timeout_ms + GRACE_MS);
	has_pair =
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
	job->pid = has_pair ? fork() : -1;
	if (job->pid == 0) {
		(void)close(pair[0]);
		worker_run(pair[1], &job->task);
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
finish(struct crowd_job *job)
{
	(void)kill(job->pid, SIGKILL);
	(void)waitpid(job->pid, NULL, 0);
	(void)close(job->fd);
	job->pid = 0;
}

/* Ends a wait that no other process can end, or begins one. */
static void
take_report(struct crowd_job *job, const struct report *report)
{
	int64_t now_us = deadline_now_us();

	if (job->report.waits == REPORT_WAITS_FOR_ANSWER) {
		job->deadline_us += now_us - job->since_us;
		job->since_us = 0;
	}
	job->report = *report;
	if (report->waits != REPORT_WAITS_NOT)
		job->since_us = now_us;
}

/* Reads one report, or the end. False when the job is done. */
static bool
listen_to(struct crowd_job *job)
{
	struct report report;
	ssize_t length;

	length = read(job->fd, &report, sizeof(report));
	if (length == (ssize_t)sizeof(report)) {
		take_report(job, &report);
		return true;
	}
	finish(job);
	if (job->report.reason[0] == '\0' &&
	    job->report.state == REPORT_UNKNOWN)
		(void)snprintf(job->report.reason, sizeof(job->report.reason),
		    "the process that looked at it has died");
	return false;
}

/* Whether it has begun, and is not just waiting for its server. */
static bool
is_busy(int64_t since_us, int64_t now_us)
{
	return since_us != 0 && now_us - since_us < TALKING_MS * (int64_t)1000;
}

static size_t
count_talking(const struct crowd *crowd, int64_t now_us)
{
	size_t i, count = 0;

	for (i = 0; i < crowd->count; i++)
		if (crowd->jobs[i]->report.waits == REPORT_WAITS_NOT &&
		    is_busy(crowd->jobs[i]->since_us, now_us))
			count++;
	return count;
}

/* Whether another job is connecting to the same address. */
static bool
is_asked(const struct crowd *crowd, const struct crowd_job *job, int64_t now_us)
{
	size_t i;

	for (i = 0; i < crowd->count; i++) {
		const struct crowd_job *other = crowd->jobs[i];

		if (other != job && is_busy(other->asks_since_us, now_us) &&
		    strcmp(other->report.address, job->report.address) == 0)
			return true;
	}
	return false;
}

static void
let_go_on(struct crowd_job *job, int64_t now_us)
{
	job->report.waits = REPORT_WAITS_NOT;
	job->deadline_us += now_us - job->since_us;
	(void)send(job->fd, "t", 1, MSG_NOSIGNAL);
}

/* Lets as many waiting jobs continue as may run. */
static void
give_turns(struct crowd *crowd)
{
	int64_t now_us = deadline_now_us();
	size_t talking = count_talking(crowd, now_us), i;

	for (i = 0; i < crowd->count; i++) {
		struct crowd_job *job = crowd->jobs[i];

		if (job->report.waits == REPORT_WAITS_FOR_ADDRESS &&
		    !is_asked(crowd, job, now_us)) {
			let_go_on(job, now_us);
			job->asks_since_us = now_us;
			job->since_us = 0;
		} else if (job->report.waits == REPORT_WAITS_FOR_TURN &&
		    talking < TALKING_MAX) {
			let_go_on(job, now_us);
			job->since_us = now_us;
			talking++;
		}
	}
}

/* Waits for a report, for the end of a deadline, or for a free turn. */
static int
wait_for(const struct crowd *crowd, struct pollfd *fds)
{
	const int64_t busy_us = TALKING_MS * (int64_t)1000;
	int64_t now_us = deadline_now_us(), next_us;
	int wait_ms = POLL_MS_MAX, left_ms;
	size_t i;

	for (i = 0; i < crowd->count; i++) {
		const struct crowd_job *job = crowd->jobs[i];

		fds[i] = (struct pollfd){.fd = job->fd, .events = POLLIN};
		next_us = now_us + POLL_MS_MAX * (int64_t)1000;
		if (job->report.waits == REPORT_WAITS_NOT)
			next_us = job->deadline_us;
		if (job->report.waits == REPORT_WAITS_NOT &&
		    is_busy(job->since_us, now_us) &&
		    job->since_us + busy_us < next_us)
			next_us = job->since_us + busy_us;
		if (is_busy(job->asks_since_us, now_us) &&
		    job->asks_since_us + busy_us < next_us)
			next_us = job->asks_since_us + busy_us;
		left_ms = deadline_left_ms(next_us);
		if (left_ms < wait_ms)
			wait_ms = left_ms;
	}
	return poll(fds, (nfds_t)crowd->count, wait_ms);
}

static void
serve(struct crowd *crowd)
{
	struct pollfd fds[WORKERS_MAX];
	size_t i, kept = 0;

	if (wait_for(crowd, fds) == -1)
		return;
	for (i = 0; i < crowd->count; i++) {
		struct crowd_job *job = crowd->jobs[i];
		bool goes_on = true;

		if (fds[i].revents != 0) {
			goes_on = listen_to(job);
		} else if (job->report.waits == REPORT_WAITS_NOT &&
		    deadline_left_ms(job->deadline_us) == 0) {
			finish(job);
			if (job->report.reason[0] == '\0')
				report_time_out(
				    &job->report, job->task.timeout_ms);
			goes_on = false;
		}
		if (goes_on)
			crowd->jobs[kept++] = job;
	}
	crowd->count = kept;
}

void
crowd_run(struct crowd_job *jobs, size_t count)
{
	struct crowd crowd = {.count = 0};
	size_t next = 0;

	/* Done once for all jobs: 1.2 of 12.8 million instructions of each. */
	(void)libssh2_init(0);
	while (next < count || crowd.count > 0) {
		while (next < count && crowd.count < WORKERS_MAX) {
			start(&jobs[next]);
			if (jobs[next].pid != 0)
				crowd.jobs[crowd.count++] = &jobs[next];
			next++;
		}
		give_turns(&crowd);
		if (crowd.count > 0)
			serve(&crowd);
	}
}
