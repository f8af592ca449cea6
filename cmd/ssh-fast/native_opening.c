#include "ssh-fast/native_course.h"

#include "base/deadline.h"
#include "lease/orphans.h"
#include "lease/slots.h"
#include "namespace/hint.h"
#include "namespace/record.h"
#include "platform/platform.h"
#include "platform/signals.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum probe_result
native_ask_master(
    const struct run *run, bool keeps_connection, int *fd, pid_t *pid)
{
	const struct probe probe = {.kind = PROBE_NATIVE,
	    .owner = run->pool.ns.owner,
	    .keeps_connection = keeps_connection};
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct probe_question question;
	enum probe_result result;

	namespace_socket_path(&run->pool.ns, run->lease.name, path);
	result = probe_ask(&question, &probe, path);
	if (result != PROBE_ALIVE)
		return result;
	result = probe_answer(
	    &question, deadline_in_ms(run->options.probe_timeout_ms), pid);
	*fd = question.socket_fd;
	return result;
}

/* Without a probe, or after one by ssh, there is no connection yet. */
static enum probe_result
connect_to_master(struct run *run)
{
	if (run->lease.master_fd != -1)
		return PROBE_ALIVE;
	return native_ask_master(
	    run, true, &run->lease.master_fd, &run->lease.master_pid);
}

/* As in ssh: a writer to an abandoned standard input gets an error. */
static bool
give_up_stdin(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), result;

	if (fd == -1)
		return false;
	result = dup2(fd, STDIN_FILENO);
	(void)close(fd);
	return result != -1;
}

/*
 * The master makes the descriptors non-blocking, and undoes that at the end for
 * other processes that have them open. A killed master cannot.
 */
static void
note_flags(struct course *course)
{
	int fd;

	for (fd = 0; fd < NATIVE_STDIO_COUNT; fd++)
		course->flags[fd] = fcntl(fd, F_GETFL);
}

void
native_undo_flags(const struct course *course)
{
	int fd;

	for (fd = 0; fd < NATIVE_STDIO_COUNT; fd++)
		if (course->streams.passed[fd] == fd &&
		    course->flags[fd] != -1 &&
		    (course->flags[fd] & O_NONBLOCK) == 0)
			(void)fcntl(fd, F_SETFL, course->flags[fd]);
}

/*
 * Closes inherited descriptors above 2 at once, as ssh does: another process
 * may wait for their end.
 */
static void
close_inherited(const struct run *run)
{
	const struct namespace *ns = &run->pool.ns;
	int kept[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
	    run->pool.root.fd, ns->fd, ns->sockets.fd, ns->free.fd, ns->used.fd,
	    run->lease.lock_fd, run->lease.master_fd};

	platform_close_all_but(kept, sizeof(kept) / sizeof(kept[0]));
}

/* Sends everything at once, since the master waits for all of it. */
static enum session_result
send_request(struct course *course, const struct text *request)
{
	enum session_result result;
	sigset_t before;

	session_init(&course->session, course->run->lease.master_fd);
	note_flags(course);
	signals_hold(&before);
	result =
	    session_request(&course->session, request, course->streams.passed,
		deadline_in_ms(course->run->options.probe_timeout_ms));
	signals_release(&before);
	streams_passed(&course->streams);
	return result;
}

/* No session has begun, and the caller does something else. */
static void
take_back(struct course *course)
{
	(void)terminal_restore(&course->terminal);
	signals_uncatch(&course->mask);
	native_undo_flags(course);
	streams_close(&course->streams);
	lease_disconnect(&course->run->lease);
}

/*
 * The deadline of the server for the session. After a new login it is that of
 * ssh.
 */
static int64_t
answer_deadline_us(const struct run *run)
{
	if (run->options.answer_secs == 0 || run->has_logged_in)
		return INT64_MAX;
	return deadline_in_ms(run->options.answer_secs * 1000);
}

/*
 * Waits for the open session, which needs an answer of the server, but not from
 * a stopped master. SESSION_TIMED_OUT: the master does not answer, or the
 * server did not by the deadline. SESSION_INTERRUPTED: a signal ended the run.
 */
static enum session_result
await_opening(
    struct course *course, struct mux_message *answer, int64_t deadline_us)
{
	enum session_result result;
	int wait_ms, left_ms, fd = -1;
	pid_t pid;

	for (;;) {
		wait_ms = course->run->options.probe_timeout_ms;
		left_ms = deadline_left_ms(deadline_us);
		result = session_listen(&course->session, answer,
		    left_ms < wait_ms ? left_ms : wait_ms, &course->mask);
		if (result == SESSION_INTERRUPTED) {
			if (native_heed_signals(course))
				continue;
			return result;
		}
		if (result != SESSION_TIMED_OUT ||
		    deadline_left_ms(deadline_us) == 0)
			return result;
		if (native_ask_master(course->run, false, &fd, &pid) ==
		    PROBE_HUNG)
			return result;
	}
}

/* The session may have begun, so it must not be tried again. */
static enum native_opening
give_up(struct course *course, const char *trouble)
{
	struct run *run = course->run;

	(void)terminal_restore(&course->terminal);
	if (native_may_say(run, SSHSESSION_LOG_ERROR))
		message("cannot open a session on %s: %s",
		    run->native.wanted.hostname, trouble);
	native_undo_flags(course);
	lease_set_aside(&run->pool.ns, &run->lease);
	return NATIVE_LOST;
}

/*
 * Ends the master, so the session can never begin. A master reports an open
 * session before it asks the server for the command. If it did not report one,
 * there was none. False: there may have been one.
 */
static bool
call_off(struct course *course)
{
	struct mux_message last;

	return lease_end_master(&course->run->pool.ns, &course->run->lease) ==
	    0 &&
	    session_hear(&course->session, &last) == SESSION_CLOSED;
}

/* There was no answer in time, so another connection is needed. */
static enum native_opening
start_over(struct course *course, const char *trouble)
{
	struct run *run = course->run;

	if (run->has_logged_in || !call_off(course))
		return give_up(course, trouble);
	if (run->options.verbose)
		message("%s: it is ended", trouble);
	take_back(course);
	return NATIVE_UNANSWERED;
}

/* The master closed the connection. Most often it lost its own. */
static enum native_opening
replace_master(struct course *course)
{
	struct run *run = course->run;

	take_back(course);
	/* There was a login already, so ssh itself continues. */
	if (run->has_logged_in ||
	    lease_end_master(&run->pool.ns, &run->lease) == -1)
		return NATIVE_NOT_ASKED;
	return NATIVE_UNANSWERED;
}

/* Ended by a signal before the session was open. */
static enum native_opening
end_early(struct course *course)
{
	struct run *run = course->run;

	if (!call_off(course))
		return give_up(course, "it was interrupted");
	take_back(course);
	(void)lease_release(&run->pool.ns, &run->lease, false);
	return NATIVE_LOST;
}

enum native_opening
native_turn_away(struct run *run, bool is_hung)
{
	if (is_hung)
		lease_set_aside(&run->pool.ns, &run->lease);
	else if (run->options.strict)
		return NATIVE_NOT_ASKED; /* it refuses plain ssh */
	else
		(void)lease_release(
		    &run->pool.ns, &run->lease, run->options.touch);
	return NATIVE_REFUSED;
}

/* The lease is given back, and another one is to be tried. */
static enum native_opening
retire(struct run *run)
{
	orphans_retire(&run->pool.ns, &run->lease,
	    deadline_in_ms(run->options.probe_timeout_ms));
	return NATIVE_RETIRED;
}

/*
 * The server opens fewer sessions over a connection than there are slots, or
 * none at all: that is remembered, and no later run meets it.
 */
static enum native_opening
heed_refusal(struct run *run, const struct mux_message *answer)
{
	const struct namespace *ns = &run->pool.ns;
	char name[NAMESPACE_LEASE_NAME_SIZE];
	int others;

	/* Of a master that was there, the server may count the orphans. */
	if (run->options.slots <= 1 && !run->has_logged_in)
		return retire(run);
	memcpy(name, run->lease.name, sizeof(name));
	if (answer->saying != MUX_SESSION_FAILED || run->options.strict)
		return native_turn_away(run, false);
	if (run->options.slots > 1) {
		slots_retire(ns, &run->lease, run->options.touch);
		others = slots_count_used(ns, name);
		/* Alone, it may be refused for what others have left there. */
		if (others > 0 || run->has_logged_in)
			record_note_sessions(ns, others);
		run->pool.ns.sessions = record_sessions(ns);
		if (others > 0 || !run->has_logged_in)
			return NATIVE_OVERCROWDED;
		return NATIVE_REFUSED;
	}
	record_note_sessions(ns, 0);
	return native_turn_away(run, false);
}

/* Sends the request and waits for the open session. */
static enum native_opening
open_session(struct course *course, const struct text *request)
{
	struct run *run = course->run;
	int64_t deadline_us = answer_deadline_us(run);
	struct mux_message answer;
	enum session_result result;

	result = send_request(course, request);
	if (result == SESSION_CLOSED)
		return replace_master(course);
	if (result != SESSION_DONE) {
		take_back(course);
		return result == SESSION_TIMED_OUT ? native_turn_away(run, true)
						   : NATIVE_NOT_ASKED;
	}
	/* There is time for this until the server answers. */
	if (run->options.touch)
		(void)lease_touch(&run->pool.ns, &run->lease);
	hint_write(&run->pool.ns, run->lease.name);
	trust_note_connection(&run->lease.trust, run->lease.master_pid);
	switch (await_opening(course, &answer, deadline_us)) {
	case SESSION_DONE:
		break;
	case SESSION_CLOSED:
		return replace_master(course);
	case SESSION_TIMED_OUT:
		return start_over(course,
		    deadline_left_ms(deadline_us) == 0
			? "its master's server does not answer"
			: "its master has stopped");
	case SESSION_INTERRUPTED:
		return end_early(course);
	default:
		return give_up(course, "its master's answer is not understood");
	}
	if (answer.saying == MUX_SESSION_OPENED &&
	    answer.id == MUX_SESSION_REQUEST_ID) {
		course->id = answer.value;
		return NATIVE_OPENED;
	}
	if ((answer.saying == MUX_SESSION_DENIED ||
		answer.saying == MUX_SESSION_FAILED) &&
	    answer.id == MUX_SESSION_REQUEST_ID) {
		take_back(course);
		return heed_refusal(run, &answer);
	}
	return give_up(course, "its master's answer is not understood");
}

/*
 * Sets the terminal before the request, as ssh does. In the background this
 * stops the job (SIGTTOU), and no far command runs. The master reads the modes
 * from a pseudo-terminal that has them. False: a signal ended the run.
 */
static bool
make_terminal_raw(struct course *course)
{
	const struct native *native = &course->run->native;

	if (!native->wants_tty)
		return true;
	if (terminal_make_raw(&course->terminal) == -1 &&
	    native->wanted.tty != SSHSESSION_TTY_FORCE)
		message("cannot set the terminal: %s", strerror(errno));
	signals_let_in(&course->mask);
	return native_heed_signals(course);
}

enum native_opening
native_open(struct course *course, const struct text *request)
{
	struct run *run = course->run;
	enum native_opening opening;

	switch (connect_to_master(run)) {
	case PROBE_ALIVE:
		if (run->lease.master_fd == -1 ||
		    (run->native.wanted.stdin_null == SSHSESSION_YES &&
			!give_up_stdin()))
			return NATIVE_NOT_ASKED;
		close_inherited(run);
		if (streams_open(&course->streams, &run->native.kinds,
			run->native.wants_tty, native_read_escapes,
			course) == -1)
			return native_turn_away(run, false);
		signals_catch(run->native.wants_tty, run->native.wants_tty,
		    &course->mask);
		opening = make_terminal_raw(course)
		    ? open_session(course, request)
		    : NATIVE_INTERRUPTED;
		if (opening != NATIVE_OPENED)
			(void)terminal_restore(&course->terminal);
		return opening;
	case PROBE_HUNG:
		return native_turn_away(run, true);
	default:
		return NATIVE_NOT_ASKED;
	}
}
