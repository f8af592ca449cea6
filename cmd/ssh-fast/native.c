/*
 * One session, spoken natively: what ssh's own client does between the moment
 * that it has found a master and its end, without starting one. The lease is
 * held by this process, so there is no keeper; and before the next command of
 * a script can start, it is free again.
 */
#include "ssh-fast/native.h"

#include "shared/commands.h"
#include "base/deadline.h"
#include "namespace/hint.h"
#include "lease/keeper.h"
#include "shared/message.h"
#include "mux/probe.h"
#include "ssh-fast/run.h"
#include "ssh/sshsettings.h"
#include "mux/session.h"
#include "platform/signals.h"
#include "platform/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	STDIO_COUNT = 3,
	/* Pruning is for a long session, and for one short one in so many. */
	LONG_SESSION_US = 1000000,
	PRUNE_ONE_IN = 64,
};

/* A session on its way from request to end. */
struct course {
	struct run *run;
	struct session session;
	struct terminal terminal;
	sigset_t mask; /* to wait with */
	uint32_t id; /* the session's number, once it is open */
	int flags[STDIO_COUNT]; /* as standard input to error were, or -1 */
	bool has_status;
	uint32_t status;
	const char *trouble; /* what went wrong, or null */
	bool has_lost_master;
};

void
native_decide(struct run *run)
{
	struct native *native = &run->native;
	struct sshsession *wanted = &native->wanted;

	if (run->options.client == CLIENT_SSH) {
		native->refusal = ""; /* nobody asks why */
		return;
	}
	sshsession_read(
	    wanted, &run->args, run->argc, run->argv, run->pool.session.data);
	native->wants_tty = sshsession_wants_tty(
	    wanted, isatty(STDIN_FILENO) == 1, &native->tty_is_refused);
	if (run->ssh.is_script)
		native->refusal = "it is a script that may do more";
	else if (wanted->only_ssh != NULL)
		native->refusal = wanted->only_ssh;
	else if (run->options.client == CLIENT_NATIVE)
		native->refusal = NULL;
	else if (native->wants_tty)
		native->refusal = "a terminal is asked for";
	else
		native->refusal = wanted->inexact;
}

const char *
native_reason(const struct run *run, bool is_warm)
{
	if (run->native.refusal != NULL || is_warm)
		return run->native.refusal;
	return "no master lives yet";
}

static bool
may_say(const struct run *run, enum sshsession_log level)
{
	return run->native.wanted.log >= level;
}

/* A line in ssh's own words, ended as ssh ends it, in one write. */
static void
say_as_ssh(const char *line)
{
	if (write(STDERR_FILENO, line, strlen(line)) == -1)
		errno = 0; /* nobody to tell */
}

static void
add_variable(void *request, const char *variable)
{
	mux_add_variable(request, variable);
}

static bool
compose_request(const struct run *run, struct text *request)
{
	const struct sshsession *wanted = &run->native.wanted;
	struct mux_session session = {.wants_tty = run->native.wants_tty,
	    .wants_x11 = wanted->wants_x11,
	    .wants_agent = wanted->wants_agent,
	    .is_subsystem = wanted->is_subsystem == SSHSESSION_YES,
	    .escape_char = wanted->escape == SSHSESSION_ESCAPE_CHAR
		? wanted->escape_char
		: MUX_NO_ESCAPE_CHAR,
	    .term = sshsettings_term(wanted->settings)};
	struct text command;
	char storage[1024];
	bool is_complete;
	int i;

	text_init_in(&command, storage, sizeof(storage));
	for (i = run->args.command_index; i < run->argc; i++) {
		if (i > run->args.command_index)
			text_add(&command, " ");
		text_add(&command, run->argv[i]);
	}
	session.command = command.data;
	mux_begin_session(request, &session);
	sshsettings_variables(wanted->settings, add_variable, request);
	is_complete = text_ok(&command) && mux_end_session(request);
	text_free(&command);
	return is_complete;
}

/* Asks the master in the way that keeps the connection. */
static enum probe_result
ask_master(const struct run *run, bool keeps_connection, int *fd, pid_t *pid)
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

/* Where the probe was none, or ssh's, there is no connection yet. */
static enum probe_result
connect_to_master(struct run *run)
{
	if (run->lease.master_fd != -1)
		return PROBE_ALIVE;
	return ask_master(
	    run, true, &run->lease.master_fd, &run->lease.master_pid);
}

/* As ssh does it: who writes to a standard input given up gets to know. */
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
 * The master makes what it is passed non-blocking and undoes it in the end,
 * for the others that have it open; one that was killed cannot.
 */
static void
note_flags(struct course *course)
{
	int fd;

	for (fd = 0; fd < STDIO_COUNT; fd++)
		course->flags[fd] = fcntl(fd, F_GETFL);
}

static void
undo_flags(const struct course *course)
{
	int fd;

	for (fd = 0; fd < STDIO_COUNT; fd++)
		if (course->flags[fd] != -1 &&
		    (course->flags[fd] & O_NONBLOCK) == 0)
			(void)fcntl(fd, F_SETFL, course->flags[fd]);
}

/* Sends it all without a pause in which the master would have to wait. */
static enum session_result
send_request(struct course *course, const struct text *request)
{
	static const int descriptors[STDIO_COUNT] = {
	    STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
	enum session_result result;

	session_init(&course->session, course->run->lease.master_fd);
	note_flags(course);
	signals_hold(&course->mask);
	result = session_request(&course->session, request, descriptors,
	    deadline_in_ms(course->run->options.probe_timeout_ms));
	signals_release(&course->mask);
	return result;
}

/*
 * Waits for the session to be opened, which takes the server's answer, and so
 * whatever time: but not from a master that has stopped meanwhile.
 */
static enum session_result
await_opening(struct course *course, struct mux_message *answer)
{
	enum session_result result;
	pid_t pid;
	int fd = -1;

	for (;;) {
		result = session_listen(&course->session, answer,
		    course->run->options.probe_timeout_ms, NULL);
		if (result == SESSION_TIMED_OUT) {
			if (ask_master(course->run, false, &fd, &pid) ==
			    PROBE_HUNG)
				return result;
		} else if (result != SESSION_INTERRUPTED) {
			return result;
		}
	}
}

/* The session may have begun or not: it must not be tried again. */
static enum native_end
give_up(struct course *course, const char *trouble, int *status)
{
	struct run *run = course->run;

	if (may_say(run, SSHSESSION_LOG_ERROR))
		message("cannot open a session on %s: %s",
		    run->native.wanted.hostname, trouble);
	undo_flags(course);
	lease_set_aside(&run->lease);
	*status = EXIT_OWN_ERROR;
	return NATIVE_ENDED;
}

/* Refused, or asked of a master that is of no use: nothing has begun. */
static enum native_end
turn_away(struct run *run, bool is_hung)
{
	if (is_hung)
		lease_set_aside(&run->lease);
	else if (run->options.strict)
		return NATIVE_TO_SSH; /* it refuses plain ssh */
	else
		(void)lease_release(
		    &run->pool.ns, &run->lease, run->options.touch);
	return NATIVE_TO_PLAIN;
}

/* From the request to the opened session; NATIVE_ENDED with *status -1. */
static enum native_end
open_session(struct course *course, const struct text *request, int *status)
{
	struct run *run = course->run;
	struct mux_message answer;
	enum session_result result;

	result = send_request(course, request);
	if (result == SESSION_TIMED_OUT)
		return turn_away(run, true);
	if (result != SESSION_DONE)
		return NATIVE_TO_SSH;
	/* While the server answers there is time for it. */
	if (run->options.touch)
		(void)lease_touch(&run->pool.ns, &run->lease);
	hint_write(&run->pool.ns, run->lease.name);
	switch (await_opening(course, &answer)) {
	case SESSION_DONE:
		break;
	case SESSION_CLOSED:
		/* Its connection broke when it was to be used; as ssh does. */
		undo_flags(course);
		return NATIVE_TO_SSH;
	case SESSION_TIMED_OUT:
		return give_up(course, "its master has stopped", status);
	default:
		return give_up(
		    course, "its master's answer is not understood", status);
	}
	if (answer.saying == MUX_SESSION_OPENED &&
	    answer.id == MUX_SESSION_REQUEST_ID) {
		course->id = answer.value;
		*status = -1;
		return NATIVE_ENDED;
	}
	if ((answer.saying == MUX_SESSION_DENIED ||
		answer.saying == MUX_SESSION_FAILED) &&
	    answer.id == MUX_SESSION_REQUEST_ID)
		return turn_away(run, false);
	return give_up(course, "its master's answer is not understood", status);
}

/* ^Z means the far side; this is kill -TSTP, and the shell's turn. */
static void
stop_and_go_on(struct course *course)
{
	bool was_raw = course->terminal.is_raw;

	(void)terminal_restore(&course->terminal);
	signals_raise(SIGTSTP);
	signals_catch(course->run->lease.master_pid, was_raw);
	if (was_raw)
		(void)terminal_make_raw(&course->terminal);
	/* It may have another size by now. */
	signals_pass_on_window();
}

/* Takes one message. False where it is out of place. */
static bool
take_message(struct course *course, const struct mux_message *message)
{
	if (message->id != course->id)
		return false;
	if (message->saying == MUX_SESSION_WITHOUT_TTY) {
		(void)terminal_restore(&course->terminal);
		return true;
	}
	if (message->saying != MUX_SESSION_EXIT || course->has_status)
		return false;
	course->has_status = true;
	course->status = message->value;
	return true;
}

/*
 * Until the master closes the connection: not when it has told the status,
 * since to leave early would cut off output that is still on its way.
 */
static void
follow_session(struct course *course)
{
	struct mux_message message;

	for (;;) {
		switch (session_listen(
		    &course->session, &message, -1, &course->mask)) {
		case SESSION_DONE:
			if (take_message(course, &message))
				continue;
			course->trouble = "its master's word is not understood";
			return;
		case SESSION_INTERRUPTED:
			if (signals_end() != 0)
				return;
			if (signals_take_stop())
				stop_and_go_on(course);
			continue;
		case SESSION_CLOSED:
			return;
		case SESSION_FAILED:
			course->trouble = strerror(errno);
			return;
		default:
			course->trouble = "its master's word is not understood";
			return;
		}
	}
}

/*
 * A session that ends without a status was ended by a signal over there, or
 * its master has ended. It is asked, not looked at: of one that is killed, the
 * kernel may close the connection before the socket that it listens on.
 */
static void
look_for_master(struct course *course)
{
	pid_t pid;
	int fd;

	if (course->has_status || signals_end() != 0 || course->trouble != NULL)
		return;
	if (ask_master(course->run, false, &fd, &pid) != PROBE_DEAD)
		return;
	course->has_lost_master = true;
	course->trouble = "its master has ended";
	undo_flags(course);
}

static void
say_farewell(const struct course *course)
{
	const struct native *native = &course->run->native;
	char line[512];

	if (course->trouble != NULL &&
	    may_say(course->run, SSHSESSION_LOG_ERROR))
		message("cannot go on with the session on %s: %s",
		    native->wanted.hostname, course->trouble);
	if (!native->wants_tty || !may_say(course->run, SSHSESSION_LOG_INFO))
		return;
	(void)snprintf(line, sizeof(line),
	    "Shared connection to %s closed.\r\n", native->wanted.hostname);
	say_as_ssh(line);
}

/* What a keeper would do; none of it where it could be felt. */
static void
leave_lease(struct run *run, int64_t began_us)
{
	int64_t now_us = deadline_now_us();

	(void)lease_release(&run->pool.ns, &run->lease, run->options.touch);
	hint_write(&run->pool.ns, run->lease.name);
	if (now_us - began_us > LONG_SESSION_US || now_us % PRUNE_ONE_IN == 0)
		(void)keeper_prune(&run->pool.ns);
}

static int
run_session(struct course *course)
{
	struct run *run = course->run;
	int64_t began_us = deadline_now_us();

	signals_catch(run->lease.master_pid, run->native.wants_tty);
	if (run->native.tty_is_refused && may_say(run, SSHSESSION_LOG_INFO))
		say_as_ssh("Pseudo-terminal will not be allocated because "
			   "stdin is not a terminal.\r\n");
	/* Not before: the master has read the modes from it. */
	if (run->native.wants_tty &&
	    terminal_make_raw(&course->terminal) == -1 &&
	    run->native.wanted.tty != SSHSESSION_TTY_FORCE)
		message("cannot set the terminal: %s", strerror(errno));
	follow_session(course);
	lease_disconnect(&run->lease);
	(void)terminal_restore(&course->terminal);
	look_for_master(course);
	say_farewell(course);
	if (course->trouble != NULL && !course->has_lost_master)
		lease_set_aside(&run->lease);
	else
		leave_lease(run, began_us);
	if (signals_end_is_fatal())
		signals_raise(signals_end());
	return course->has_status && signals_end() == 0 &&
		course->trouble == NULL
	    ? (int)(course->status & 0xff)
	    : EXIT_OWN_ERROR;
}

enum native_end
native_run(struct run *run, int *status)
{
	static struct course course;
	struct text request;
	char storage[4096];
	enum native_end end = NATIVE_TO_SSH;

	course.run = run;
	terminal_init(&course.terminal, STDIN_FILENO);
	text_init_in(&request, storage, sizeof(storage));
	if (!compose_request(run, &request)) {
		text_free(&request);
		return NATIVE_TO_SSH;
	}
	switch (connect_to_master(run)) {
	case PROBE_ALIVE:
		if (run->lease.master_fd != -1 &&
		    (run->native.wanted.stdin_null != SSHSESSION_YES ||
			give_up_stdin()))
			end = open_session(&course, &request, status);
		break;
	case PROBE_HUNG:
		end = turn_away(run, true);
		break;
	default:
		break;
	}
	text_free(&request);
	if (end == NATIVE_TO_SSH)
		lease_disconnect(&run->lease);
	if (end == NATIVE_ENDED && *status == -1)
		*status = run_session(&course);
	return end;
}
