#include "health/worker.h"

#include "base/deadline.h"
#include "health/dial.h"
#include "health/handshake.h"
#include "health/sharing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	/*
	 * The time that the question of another process may take beyond ours.
	 */
	PATIENCE_MS = 1000,
	PAUSE_US = 2000,
	PAUSE_MAX_US = 50000,
};

struct worker {
	const struct worker_task *task;
	const struct sharing *sharing;
	struct handshake handshake;
	struct report report;
	int fd;
	int64_t began_us, deadline_us;
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

/* If no process is left to end this one. */
static void
end_by_itself(int timeout_ms)
{
	(void)alarm((unsigned int)timeout_ms / 1000 + 2);
}

/* Waits for a turn. The time until then does not count. */
static bool
wait_for(struct worker *worker, enum report_wait what)
{
	int64_t since_us = deadline_now_us();
	char turn;

	worker->report.waits = what;
	tell(worker);
	worker->report.waits = REPORT_WAITS_NOT;
	/* The end of the parent is seen here too. */
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

/* Makes the report from the answer to this or another process. */
static void
judge(struct worker *worker, const struct outcome *outcome)
{
	struct report *report = &worker->report;

	report->step = outcome->step;
	report->connect_ms = outcome->connect_ms;
	report->handshake_ms = outcome->handshake_ms;
	(void)snprintf(
	    report->banner, sizeof(report->banner), "%s", outcome->banner);
	switch (outcome->end) {
	case OUTCOME_KEY:
		handshake_judge(&worker->handshake, outcome, report);
		break;
	case OUTCOME_TIMED_OUT:
		report_time_out(report, outcome->timeout_ms);
		break;
	case OUTCOME_NO_METHOD:
		report->state = REPORT_UNKNOWN;
		(void)snprintf(report->reason, sizeof(report->reason), "%s",
		    outcome->reason);
		break;
	case OUTCOME_FAILED:
		report->state = REPORT_UNREACHABLE;
		(void)snprintf(report->reason, sizeof(report->reason), "%s",
		    outcome->reason);
		break;
	}
}

/* Asks the address. False if the parent has gone. */
static bool
ask(struct worker *worker, struct outcome *outcome,
    const struct addrinfo *address)
{
	int64_t begin_us;
	int fd;

	outcome_clear(outcome);
	outcome->timeout_ms = worker->task->timeout_ms;
	if (!wait_for(worker, REPORT_WAITS_FOR_ADDRESS))
		return false;
	begin_us = deadline_now_us();
	fd = dial_connect(address, worker->deadline_us);
	if (fd == -1) {
		if (errno == ETIMEDOUT &&
		    deadline_left_ms(worker->deadline_us) == 0)
			outcome->end = OUTCOME_TIMED_OUT;
		(void)snprintf(outcome->reason, sizeof(outcome->reason), "%s",
		    strerror(errno));
		return true;
	}
	outcome->connect_ms = (double)(deadline_now_us() - begin_us) / 1000;
	worker->report.connect_ms = outcome->connect_ms;
	enter(worker, REPORT_BANNER);
	if (!wait_for(worker, REPORT_WAITS_FOR_TURN))
		return false;
	begin_us = deadline_now_us();
	handshake_run(&worker->handshake, outcome, fd, got_banner, worker,
	    worker->deadline_us);
	if (outcome->end == OUTCOME_KEY)
		outcome->handshake_ms =
		    (double)(deadline_now_us() - begin_us) / 1000;
	(void)close(fd);
	return true;
}

/* Waits until another process has its answer, or has failed. */
static enum sharing_state
await_answer(struct worker *worker, const struct sharing_question *question,
    struct outcome *outcome, int *lock_fd)
{
	int64_t since_us = deadline_now_us(),
		until_us = deadline_in_ms(question->timeout_ms + PATIENCE_MS);
	enum sharing_state state;
	int pause_us = PAUSE_US;

	worker->report.waits = REPORT_WAITS_FOR_ANSWER;
	tell(worker);
	worker->report.waits = REPORT_WAITS_NOT;
	(void)alarm(2 * (unsigned int)question->timeout_ms / 1000 + 10);
	do {
		deadline_sleep_us(pause_us);
		if (pause_us < PAUSE_MAX_US)
			pause_us *= 2;
		state = sharing_begin(worker->sharing, question, outcome,
		    &worker->report.age_ms, lock_fd);
	} while (state == SHARING_BUSY && deadline_left_ms(until_us) > 0);
	end_by_itself(worker->task->timeout_ms);
	worker->deadline_us += deadline_now_us() - since_us;
	tell(worker);
	return state;
}

/* False if no other address need be tried. */
static bool
look_at(struct worker *worker, const struct addrinfo *address)
{
	struct report *report = &worker->report;
	static struct outcome outcome;
	struct sharing_question question = {.address = report->address,
	    .port = report->port,
	    .methods = worker->handshake.methods,
	    .takes_login = worker->task->query->known_hosts == NULL,
	    .timeout_ms = worker->task->timeout_ms,
	    .since_us = worker->began_us};
	enum sharing_state state;
	int lock_fd;

	dial_print(address, report->address, sizeof(report->address));
	enter(worker, REPORT_CONNECT);
	state = sharing_begin(
	    worker->sharing, &question, &outcome, &report->age_ms, &lock_fd);
	if (state == SHARING_BUSY)
		state = await_answer(worker, &question, &outcome, &lock_fd);
	if (state == SHARING_BUSY) {
		report_time_out(report, question.timeout_ms);
		return false;
	}
	if (state == SHARING_LOGIN) {
		report->state = REPORT_HEALTHY;
		report->is_by_login = true;
		return false;
	}
	if (state == SHARING_ASK) {
		if (!ask(worker, &outcome, address))
			_exit(1);
		report->age_ms = 0;
		sharing_end(lock_fd, &outcome);
	}
	judge(worker, &outcome);
	return outcome.step == REPORT_CONNECT &&
	    outcome.end != OUTCOME_TIMED_OUT;
}

static void
dial(struct worker *worker, const struct subject *subject)
{
	struct addrinfo *addresses, *address;
	int error;

	enter(worker, REPORT_NAME);
	error = dial_addresses(subject->hostname, subject->port, &addresses);
	if (error != 0) {
		fail(worker, REPORT_UNREACHABLE,
		    error == EAI_SYSTEM ? strerror(errno)
					: gai_strerror(error));
		return;
	}
	if (!handshake_open(&worker->handshake, subject)) {
		fail(worker, REPORT_UNKNOWN, strerror(ENOMEM));
		return;
	}
	for (address = addresses; address != NULL; address = address->ai_next)
		if (!look_at(worker, address))
			break;
	tell(worker);
	handshake_close(&worker->handshake);
}

/* Resolves the host. False after the report of a failure. */
static bool
resolve(struct worker *worker, struct subject *subject,
    const struct subject_query *query, const char *host)
{
	struct report *report = &worker->report;
	char complaint[SUBJECT_COMPLAINT_SIZE], reason[sizeof(report->reason)];
	int status;

	status = subject_resolve(
	    subject, query, host, complaint, worker->deadline_us);
	if (status == -1 && errno == ETIMEDOUT) {
		report_time_out(report, worker->task->timeout_ms);
		tell(worker);
	} else if (status == -1) {
		(void)snprintf(
		    reason, sizeof(reason), "ssh -G: %.40s", strerror(errno));
		fail(worker, REPORT_UNKNOWN, reason);
	} else if (status > 0) {
		(void)snprintf(reason, sizeof(reason),
		    "ssh -G refuses with status %d%s%s", status,
		    complaint[0] != '\0' ? ": " : "", complaint);
		fail(worker, REPORT_UNKNOWN, reason);
	}
	return status == 0;
}

void
worker_run(int fd, const struct worker_task *task)
{
	static struct worker worker;
	struct report *report = &worker.report;
	struct subject subject;

	worker.task = task;
	worker.sharing = task->sharing;
	worker.fd = fd;
	worker.began_us = deadline_now_us();
	worker.deadline_us = deadline_in_ms(task->timeout_ms);
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
