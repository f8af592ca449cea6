#include "health/worker.h"

#include "base/deadline.h"
#include "health/dial.h"
#include "health/handshake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct worker {
	const struct worker_task *task;
	struct report report;
	int fd;
	int64_t deadline_us;
};

static void
tell(struct worker *worker)
{
	if (write(worker->fd, &worker->report, sizeof(worker->report)) == -1)
		_exit(1);
}

static void
enter(struct worker *worker, enum report_step step)
{
	worker->report.step = step;
	tell(worker);
}

static void
fail(struct worker *worker, enum report_state state, const char *reason)
{
	worker->report.state = state;
	subject_copy_clean(
	    worker->report.reason, sizeof(worker->report.reason), reason);
	tell(worker);
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
	end_by_itself(worker->task->timeout_ms);
	worker->deadline_us += deadline_now_us() - since_us;
	return true;
}

static void
got_banner(void *context, const char *banner)
{
	struct worker *worker = context;

	(void)snprintf(
	    worker->report.banner, sizeof(worker->report.banner), "%s", banner);
	enter(worker, REPORT_HANDSHAKE);
}

static void
judge(struct worker *worker, const struct handshake *handshake)
{
	struct report *report = &worker->report;

	(void)snprintf(report->fingerprint, sizeof(report->fingerprint), "%s",
	    handshake->fingerprint);
	(void)snprintf(report->key_type, sizeof(report->key_type), "%s",
	    handshake->key_type);
	report->step = REPORT_HOST_KEY;
	switch (handshake->verdict) {
	case KNOWN_HOSTS_MATCH:
		report->state = REPORT_HEALTHY;
		tell(worker);
		break;
	case KNOWN_HOSTS_MISMATCH:
		fail(worker, REPORT_MISMATCH, "another one is known");
		break;
	case KNOWN_HOSTS_REVOKED:
		fail(worker, REPORT_MISMATCH, "it is revoked");
		break;
	case KNOWN_HOSTS_UNKNOWN:
		fail(worker, REPORT_UNKNOWN, "none of this type is known");
		break;
	}
}

static void
talk(struct worker *worker, const struct subject *subject, int fd)
{
	struct report *report = &worker->report;
	struct handshake handshake;
	int64_t begin_us;

	enter(worker, REPORT_BANNER);
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
		report_time_out(report, worker->task->timeout_ms);
		tell(worker);
		break;
	case HANDSHAKE_NO_METHOD:
		fail(worker, REPORT_UNTOLD, handshake.reason);
		break;
	case HANDSHAKE_FAILED:
		fail(worker, REPORT_UNREACHABLE, handshake.reason);
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

	enter(worker, REPORT_NAME);
	error = dial_addresses(subject->hostname, subject->port, &addresses);
	if (error != 0) {
		fail(worker, REPORT_UNREACHABLE,
		    error == EAI_SYSTEM ? strerror(errno)
					: gai_strerror(error));
		return;
	}
	for (address = addresses; address != NULL && fd == -1;
	     address = address->ai_next) {
		dial_print(address, report->address, sizeof(report->address));
		enter(worker, REPORT_CONNECT);
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
		fail(worker, REPORT_UNREACHABLE, strerror(error));
		return;
	}
	report_time_out(report, worker->task->timeout_ms);
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
		report_time_out(report, worker->task->timeout_ms);
		tell(worker);
	} else if (status == -1) {
		(void)snprintf(
		    reason, sizeof(reason), "ssh -G: %.40s", strerror(errno));
		fail(worker, REPORT_UNTOLD, reason);
	} else if (status > 0) {
		(void)snprintf(reason, sizeof(reason),
		    "ssh -G refuses with status %d", status);
		fail(worker, REPORT_UNTOLD, reason);
	}
	return status == 0;
}

void
worker_run(int fd, const struct worker_task *task)
{
	struct worker worker = {.task = task,
	    .fd = fd,
	    .deadline_us = deadline_in_ms(task->timeout_ms)};
	struct report *report = &worker.report;
	struct subject subject;

	report_clear(report);
	end_by_itself(task->timeout_ms);
	if (task->endpoint != NULL)
		endpoints_get(
		    task->endpoint, &subject, task->query->known_hosts);
	else if (!resolve(&worker, &subject, task->query, task->host))
		return;
	subject_copy_clean(
	    report->hostname, sizeof(report->hostname), subject.hostname);
	report->port = subject.port;
	if (subject.is_proxied)
		fail(&worker, REPORT_PROXIED, "it is reached through a proxy");
	else
		dial(&worker, &subject);
}
