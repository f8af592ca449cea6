/*
 * One session, spoken natively: what ssh's own client does between the moment
 * that it has found a master and its end, without starting one. The lease is
 * held by this process, so there is no keeper; and before the next command of
 * a script can start, it is free again.
 */
#include "ssh-fast/native.h"

#include "base/deadline.h"
#include "platform/pty.h"
#include "platform/signals.h"
#include "shared/commands.h"
#include "shared/message.h"
#include "ssh-fast/native_course.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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
	streams_look(&native->kinds);
	native->wants_tty = sshsession_wants_tty(wanted,
	    native->kinds.of[STDIN_FILENO] == STREAM_TERMINAL,
	    &native->tty_is_refused);
	/* It is /dev/null then, which is as good as any file. */
	if (wanted->stdin_null == SSHSESSION_YES)
		native->kinds.of[STDIN_FILENO] = STREAM_OTHER;
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
native_reason(const struct run *run)
{
	return run->native.refusal;
}

/* Not before the session is open: the master reads the modes before. */
static void
begin_terminal(struct course *course)
{
	if (!course->run->native.wants_tty)
		return;
	(void)pty_make_transparent(course->streams.terminal_fd);
	if (terminal_make_raw(&course->terminal) == -1 &&
	    course->run->native.wanted.tty != SSHSESSION_TTY_FORCE)
		message("cannot set the terminal: %s", strerror(errno));
	/* It may have another size than when the session was asked for. */
	native_pass_on_window(course);
}

static int
run_session(struct course *course)
{
	struct run *run = course->run;
	int64_t began_us = deadline_now_us();

	signals_catch(run->native.wants_tty, run->native.wants_tty);
	if (run->native.tty_is_refused &&
	    native_may_say(run, SSHSESSION_LOG_INFO))
		native_say_as_ssh(
		    "Pseudo-terminal will not be allocated because "
		    "stdin is not a terminal.\r\n");
	begin_terminal(course);
	native_follow(course);
	lease_disconnect(&run->lease);
	(void)terminal_restore(&course->terminal);
	native_say_farewell(course, began_us);
	if (signals_end_is_fatal())
		signals_raise(signals_end());
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

	course.run = run;
	terminal_init(&course.terminal, STDIN_FILENO);
	native_prepare_escapes(&course);
	text_init_in(&request, storage, sizeof(storage));
	if (native_compose_request(run, &request))
		opening = native_open(&course, &request);
	else
		/* It is more than a master takes, ssh's client's as well. */
		opening = native_turn_away(run, false);
	text_free(&request);
	switch (opening) {
	case NATIVE_OPENED:
		*status = run_session(&course);
		return NATIVE_ENDED;
	case NATIVE_LOST:
		*status = EXIT_OWN_ERROR;
		return NATIVE_ENDED;
	case NATIVE_REFUSED:
		return NATIVE_TO_PLAIN;
	case NATIVE_NOT_ASKED:
	default:
		lease_disconnect(&run->lease);
		return NATIVE_TO_SSH;
	}
}
