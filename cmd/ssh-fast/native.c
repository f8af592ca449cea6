/*
 * The native client of one session: it does what the client of ssh does over a
 * master, without starting ssh. This process holds the lease, so there is no
 * keeper, and the lease is free before the next command of a script starts.
 */
#include "ssh-fast/native.h"

#include "base/deadline.h"
#include "platform/pty.h"
#include "platform/signals.h"
#include "shared/commands.h"
#include "shared/message.h"
#include "ssh-fast/counting.h"
#include "ssh-fast/identities.h"
#include "ssh-fast/native_course.h"
#include "ssh-fast/runlog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What a shell makes of the end by a signal. */
enum { SIGNAL_STATUS = 128 };

void
native_prepare(struct run *run)
{
	struct native *native = &run->native;
	struct sshsession *wanted = &native->wanted;

	sshsession_read(
	    wanted, &run->args, run->argc, run->argv, run->pool.session.data);
	streams_look(&native->kinds);
	native->wants_tty = sshsession_wants_tty(wanted,
	    native->kinds.of[STDIN_FILENO] == STREAM_TERMINAL,
	    &native->tty_is_refused);
	if (wanted->stdin_null == SSHSESSION_YES)
		native->kinds.of[STDIN_FILENO] = STREAM_NULL;
}

/* The master has read the modes, but may have missed a new size. */
static void
begin_terminal(const struct course *course)
{
	if (!course->run->native.wants_tty)
		return;
	(void)pty_make_transparent(course->streams.terminal_fd);
	native_pass_on_window(course);
}

/* The messages of ssh before it connects. A login prints its own. */
static void
say_first_words(struct run *run)
{
	bool may_inform = native_may_say(run, SSHSESSION_LOG_INFO);

	if (run->native.tty_is_refused && may_inform)
		native_say_as_ssh(
		    "Pseudo-terminal will not be allocated because "
		    "stdin is not a terminal.\r\n");
	if (!run->has_logged_in)
		identities_warn(&run->args, run->home.data, may_inform);
}

/* The work after the session, or after the signal that ended it. */
static int
finish(struct course *course)
{
	lease_disconnect(&course->run->lease);
	(void)terminal_restore(&course->terminal);
	native_say_farewell(course);
	if (signals_end_is_fatal()) {
		runlog_write(course->run, NULL, "a signal ended it",
		    SIGNAL_STATUS + signals_end());
		signals_raise(signals_end());
	}
	return course->has_status && signals_end() == 0 && !course->is_ended &&
		course->trouble == NULL && course->loss == NATIVE_NO_LOSS
	    ? (int)(course->status & 0xff)
	    : EXIT_OWN_ERROR;
}

enum native_end
native_run(struct run *run, int *status)
{
	static struct course course;
	struct text request;
	char storage[4096];
	enum native_opening opening;
	bool is_counted;

	course.run = run;
	course.began_us = deadline_now_us();
	terminal_init(&course.terminal, STDIN_FILENO);
	native_prepare_escapes(&course);
	text_init_in(&request, storage, sizeof(storage));
	if (native_compose_request(run, &request))
		opening = native_open(&course, &request);
	else
		/* It is too much for a master, also from the client of ssh. */
		opening = native_turn_away(run, false);
	text_free(&request);
	switch (opening) {
	case NATIVE_OPENED:
		say_first_words(run);
		begin_terminal(&course);
		runlog_note_start(run);
		is_counted = counting_opened(run);
		native_follow(&course);
		*status = finish(&course);
		if (!is_counted)
			counting_ended(run);
		return NATIVE_ENDED;
	case NATIVE_INTERRUPTED:
		*status = finish(&course);
		return NATIVE_ENDED;
	case NATIVE_LOST:
		if (signals_end_is_fatal())
			signals_raise(signals_end());
		*status = EXIT_OWN_ERROR;
		return NATIVE_ENDED;
	case NATIVE_UNANSWERED:
		return NATIVE_TO_LOGIN;
	case NATIVE_OVERCROWDED:
		return NATIVE_TO_ANOTHER;
	case NATIVE_REFUSED:
		return NATIVE_TO_PLAIN;
	case NATIVE_RETIRED:
		memset(&course, 0, sizeof(course));
		return NATIVE_TO_NEXT;
	case NATIVE_NOT_ASKED:
	default:
		lease_disconnect(&run->lease);
		return NATIVE_TO_SSH;
	}
}
