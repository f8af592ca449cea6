#include "ssh-fast/native_course.h"

#include "base/deadline.h"
#include "lease/keeper.h"
#include "namespace/hint.h"
#include "platform/signals.h"
#include "shared/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	/* Pruning is for a long session, and for one short one in so many. */
	LONG_SESSION_US = 1000000,
	PRUNE_ONE_IN = 64,
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
	if (native_ask_master(course->run, false, &fd, &pid) != PROBE_DEAD)
		return;
	course->has_lost_master = true;
	course->trouble = "its master has ended";
	native_undo_flags(course);
}

static void
tell_end(const struct course *course)
{
	const struct native *native = &course->run->native;
	char line[512];

	if (course->trouble != NULL &&
	    native_may_say(course->run, SSHSESSION_LOG_ERROR))
		message("cannot go on with the session on %s: %s",
		    native->wanted.hostname, course->trouble);
	if (!native->wants_tty ||
	    !native_may_say(course->run, SSHSESSION_LOG_INFO))
		return;
	(void)snprintf(line, sizeof(line),
	    "Shared connection to %s closed.\r\n", native->wanted.hostname);
	native_say_as_ssh(line);
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

void
native_say_farewell(struct course *course, int64_t began_us)
{
	look_for_master(course);
	tell_end(course);
	if (course->trouble != NULL && !course->has_lost_master)
		lease_set_aside(&course->run->lease);
	else
		leave_lease(course->run, began_us);
}
