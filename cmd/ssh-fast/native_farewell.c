#include "ssh-fast/native_course.h"

#include "base/deadline.h"
#include "lease/keeper.h"
#include "lease/slots.h"
#include "namespace/hint.h"
#include "platform/platform.h"
#include "platform/signals.h"
#include "shared/commands.h"
#include "shared/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	/*
	 * A session prunes if it met leftovers of crashes, if it was long, or
	 * once in so many short sessions.
	 */
	LONG_SESSION_US = 1000000,
	PRUNE_ONE_IN = 64,
	REFUSAL_US = 2000000,
	/*
	 * The time in which the master may end after it closed the connection.
	 */
	LAST_MOMENTS_MS = 200,
};

bool
native_may_say(const struct run *run, enum sshsession_log level)
{
	return run->native.wanted.log >= level;
}

void
native_say_as_ssh(const char *line)
{
	if (write(STDERR_FILENO, line, strlen(line)) == -1)
		errno = 0; /* nobody to tell */
}

static void
say_of_connection(const char *host, const char *by_whom)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "Connection to %s closed%s.\r\n",
	    host, by_whom);
	native_say_as_ssh(line);
}

/*
 * A master that ends by itself removes its socket last. A killed master leaves
 * it.
 */
static enum native_loss
judge_loss(const struct run *run)
{
	int fd = platform_process_fd(run->lease.master_pid);

	if (fd != -1) {
		(void)platform_wait_readable(fd, LAST_MOMENTS_MS, NULL);
		(void)close(fd);
	}
	return namespace_has_socket(&run->pool.ns, run->lease.name, NULL)
	    ? NATIVE_MASTER_KILLED
	    : NATIVE_CONNECTION_LOST;
}

/*
 * The status arrives before the last data, so it proves nothing alone. If the
 * master has ended, data may be missing, unless it was told to stop and this
 * was its last session. The master is asked: when it is killed, the kernel may
 * close the connection before the listening socket.
 */
static void
look_for_loss(struct course *course)
{
	pid_t pid;
	int fd;

	if ((course->has_status && course->is_stopping) || signals_end() != 0 ||
	    course->trouble != NULL || course->is_ended)
		return;
	if (native_ask_master(course->run, false, &fd, &pid) != PROBE_DEAD)
		return;
	course->loss = judge_loss(course->run);
	if (course->loss == NATIVE_MASTER_KILLED)
		course->trouble = "its master has ended";
	native_undo_flags(course);
}

/*
 * The master does not report a subsystem that the server refuses. A session
 * that ends at once without a status counts as that.
 */
static bool
is_subsystem_refused(const struct course *course)
{
	return course->run->native.wanted.is_subsystem == SSHSESSION_YES &&
	    !course->has_status && course->trouble == NULL &&
	    course->loss == NATIVE_NO_LOSS && !course->is_ended &&
	    deadline_now_us() - course->began_us < REFUSAL_US;
}

/* The message of ssh. A lost connection is reported at any LogLevel. */
static void
tell_end(const struct course *course)
{
	const struct native *native = &course->run->native;

	if (signals_end() != 0 || course->is_refused_tty)
		return;
	if (course->trouble != NULL &&
	    native_may_say(course->run, SSHSESSION_LOG_ERROR))
		message("cannot go on with the session on %s: %s",
		    native->wanted.hostname, course->trouble);
	if (is_subsystem_refused(course)) {
		if (native_may_say(course->run, SSHSESSION_LOG_ERROR))
			native_say_as_ssh(
			    "subsystem request failed on channel 0\r\n");
		return;
	}
	if (course->loss == NATIVE_CONNECTION_LOST)
		say_of_connection(native->wanted.hostname, " by remote host");
	if (native->wants_tty &&
	    native_may_say(course->run, SSHSESSION_LOG_INFO))
		say_of_connection(native->wanted.hostname, "");
}

/* The work of a keeper, after nothing waits for this process. */
static void
leave_lease(struct course *course)
{
	struct run *run = course->run;
	int64_t now_us = deadline_now_us();
	bool met_remains = run->report.dead > 0 || run->report.salvaged > 0;

	/* ssh returns 255 also if it has no status. */
	if (course->has_status && (course->status & 0xff) != EXIT_OWN_ERROR &&
	    signals_end() == 0 && !course->is_ended &&
	    course->loss == NATIVE_NO_LOSS)
		trust_note_heard(&run->lease.trust, 0);
	else
		trust_forget(&run->lease.trust);
	/* The far command of an interrupted session may go on. */
	if (!course->has_status && (signals_end() != 0 || course->is_ended) &&
	    course->loss == NATIVE_NO_LOSS)
		run->lease.orphans++;
	if (run->options.slots > 1 && !course->has_status)
		slots_retire(&run->pool.ns, &run->lease, run->options.touch);
	else
		(void)lease_leave(&run->pool.ns, &run->lease,
		    run->options.touch, run->options.max_age_secs);
	hint_write(&run->pool.ns, run->lease.name);
	if (met_remains || now_us - course->began_us > LONG_SESSION_US ||
	    now_us % PRUNE_ONE_IN == 0)
		(void)keeper_prune(&run->pool.ns);
}

void
native_say_farewell(struct course *course)
{
	look_for_loss(course);
	tell_end(course);
	if (course->trouble != NULL && course->loss == NATIVE_NO_LOSS)
		lease_set_aside(&course->run->pool.ns, &course->run->lease);
	else
		leave_lease(course);
}
