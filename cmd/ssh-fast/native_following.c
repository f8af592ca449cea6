#include "ssh-fast/native_course.h"

#include "platform/platform.h"
#include "platform/pty.h"
#include "platform/signals.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * A master that closed the connection has closed the output too. If another
 * process still has it open, this waits only while output arrives within this
 * time.
 */
enum { LAST_OUTPUT_MS = 2000 };

/* Tells the master to read the window size again. */
void
native_pass_on_window(const struct course *course)
{
	pid_t master = course->run->lease.master_pid;

	if (course->streams.terminal_fd != -1 && master > 1 &&
	    pty_take_window(course->streams.terminal_fd, STDIN_FILENO))
		(void)kill(master, SIGWINCH);
}

void
native_stop(struct course *course)
{
	bool was_raw = course->terminal.is_raw;

	(void)terminal_restore(&course->terminal);
	signals_raise(SIGTSTP);
	signals_catch(course->run->native.wants_tty, was_raw, NULL);
	if (was_raw)
		(void)terminal_make_raw(&course->terminal);
	/* Its size may have changed. */
	native_pass_on_window(course);
}

/*
 * ssh ends after the refusal of a requested terminal. The master reports it on
 * the standard error of the session, perhaps late.
 */
static void
go_on_without_tty(struct course *course)
{
	const struct relay *error = &course->streams.relays[STDERR_FILENO];
	const struct run *run = course->run;

	(void)terminal_restore(&course->terminal);
	if (run->native.wanted.tty != SSHSESSION_TTY_YES &&
	    run->native.wanted.tty != SSHSESSION_TTY_FORCE)
		return;
	course->is_ended = course->is_refused_tty = true;
	if (!error->is_over && !error->has_moved &&
	    native_may_say(run, SSHSESSION_LOG_ERROR))
		native_say_as_ssh(
		    "PTY allocation request failed on channel 0\r\n");
}

/* Takes one message. False if it is unexpected. */
static bool
take_message(struct course *course, const struct mux_message *message)
{
	if (message->id != course->id)
		return false;
	if (message->saying == MUX_SESSION_WITHOUT_TTY) {
		go_on_without_tty(course);
		return true;
	}
	if (message->saying != MUX_SESSION_EXIT || course->has_status)
		return false;
	course->has_status = true;
	course->status = message->value;
	course->is_stopping = !namespace_has_socket(
	    &course->run->pool.ns, course->run->lease.name, NULL);
	return true;
}

/* Takes all messages of the master. False after it closed the connection. */
static bool
hear_master(struct course *course)
{
	struct mux_message message;

	for (;;) {
		switch (session_hear(&course->session, &message)) {
		case SESSION_DONE:
			if (take_message(course, &message))
				continue;
			course->trouble = "its master's word is not understood";
			return false;
		case SESSION_TIMED_OUT:
			return true;
		case SESSION_CLOSED:
			return false;
		case SESSION_FAILED:
			course->trouble = strerror(errno);
			return false;
		default:
			course->trouble = "its master's word is not understood";
			return false;
		}
	}
}

bool
native_heed_signals(struct course *course)
{
	if (signals_end() != 0)
		return false;
	if (signals_take_window())
		native_pass_on_window(course);
	if (signals_take_stop())
		native_stop(course);
	return true;
}

static void
attend_master(struct course *course)
{
	if (hear_master(course))
		return;
	course->is_connected = false;
	/* Later input belongs to other programs. */
	streams_stop_input(&course->streams);
}

/* Waits for the first event, as platform_wait() does. */
static int
wait_for_some(
    struct course *course, struct pollfd *master, struct pollfd *others)
{
	int timeout_ms = course->is_connected
	    ? streams_timeout_ms(&course->streams)
	    : LAST_OUTPUT_MS;
	int ready;

	master->fd = course->is_connected ? course->session.fd : -1;
	master->events = POLLIN;
	master->revents = 0;
	streams_poll(&course->streams, others);
	ready = platform_wait(
	    master, 1 + STREAMS_POLL_COUNT, timeout_ms, &course->mask);
	/* A descriptor that is always ready must not block signals. */
	if (ready > 0)
		signals_let_in(&course->mask);
	else if (ready == -1 && errno != EINTR)
		course->trouble = strerror(errno);
	else if (ready == 0 && !course->is_connected)
		streams_stop_output(&course->streams);
	return ready;
}

/*
 * Waits until the master closes the connection. The status comes earlier, but
 * an end at that time would lose output. Then writes the rest of the output.
 */
void
native_follow(struct course *course)
{
	struct pollfd fds[1 + STREAMS_POLL_COUNT];

	course->is_connected = true;
	/*
	 * More messages may have arrived after the one that opened the session.
	 */
	if (course->session.length > 0)
		attend_master(course);
	while (course->trouble == NULL && !course->is_ended &&
	    (course->is_connected || !streams_are_drained(&course->streams))) {
		int ready = wait_for_some(course, fds, fds + 1);

		if (!native_heed_signals(course))
			return;
		if (ready == -1)
			continue;
		if (fds[0].revents != 0)
			attend_master(course);
		if (!course->is_ended)
			streams_move(&course->streams, fds + 1, &course->mask);
	}
}
