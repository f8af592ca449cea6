#include "ssh-fast/native_course.h"

#include "platform/signals.h"

#include <errno.h>
#include <string.h>

/* The master looks at the window again when it is told to. */
static void
pass_on_window(const struct course *course)
{
	if (course->run->lease.master_pid > 1)
		(void)kill(course->run->lease.master_pid, SIGWINCH);
}

/* ^Z means the far side; this is kill -TSTP, and the shell's turn. */
static void
stop_and_go_on(struct course *course)
{
	bool was_raw = course->terminal.is_raw;

	(void)terminal_restore(&course->terminal);
	signals_raise(SIGTSTP);
	signals_catch(course->run->native.wants_tty, was_raw);
	if (was_raw)
		(void)terminal_make_raw(&course->terminal);
	/* It may have another size by now. */
	pass_on_window(course);
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
	course->is_stopping = !namespace_has_socket(
	    &course->run->pool.ns, course->run->lease.name, NULL);
	return true;
}

/*
 * Until the master closes the connection: not when it has told the status,
 * since to leave early would cut off output that is still on its way.
 */
void
native_follow(struct course *course)
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
			if (signals_take_window())
				pass_on_window(course);
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
