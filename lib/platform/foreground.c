#include "platform/foreground.h"

#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

/* These signals end this process. The child decides about them. */
static const int caught[] = {SIGCHLD, SIGCONT, SIGTSTP, SIGHUP, SIGINT, SIGQUIT,
    SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU, SIGPOLL};
enum { CAUGHT_COUNT = sizeof(caught) / sizeof(caught[0]) };

/* Set by the handlers, which run only while this process waits. */
static volatile sig_atomic_t end_asked, stop_asked, has_continued;

static void
note(int number)
{
	switch (number) {
	case SIGCHLD: /* waitpid(2) tells more */
		break;
	case SIGCONT:
		has_continued = 1;
		break;
	case SIGTSTP:
		stop_asked = 1;
		break;
	default:
		end_asked = number;
		break;
	}
}

/* The signals of this process, changed for a run, and their old state. */
struct signals {
	sigset_t mask; /* at the call */
	sigset_t waiting; /* while this process waits */
	struct sigaction actions[CAUGHT_COUNT];
};

/* Blocks all signals. Ignored signals stay ignored, except SIGCHLD. */
static void
catch_signals(struct signals *signals)
{
	struct sigaction action = {.sa_handler = note};
	sigset_t all;
	size_t i;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &signals->mask);
	signals->waiting = signals->mask;
	(void)sigdelset(&signals->waiting, SIGCHLD);
	(void)sigdelset(&signals->waiting, SIGCONT);
	action.sa_mask = all;
	end_asked = stop_asked = has_continued = 0;
	for (i = 0; i < CAUGHT_COUNT; i++) {
		(void)sigaction(caught[i], NULL, &signals->actions[i]);
		if (signals->actions[i].sa_handler != SIG_IGN ||
		    caught[i] == SIGCHLD || caught[i] == SIGCONT)
			(void)sigaction(caught[i], &action, NULL);
	}
}

static void
restore_actions(const struct signals *signals)
{
	size_t i;

	for (i = 0; i < CAUGHT_COUNT; i++)
		(void)sigaction(caught[i], &signals->actions[i], NULL);
}

/*
 * The signal that the kernel sends to the child when this process is killed.
 * The child can handle it to restore the terminal, unless it ignores it.
 */
static int
last_signal(const struct signals *signals, const sigset_t *mask)
{
	size_t i;

	for (i = 0; i < CAUGHT_COUNT; i++)
		if (caught[i] == SIGTERM &&
		    signals->actions[i].sa_handler == SIG_IGN)
			return SIGKILL;
	return sigismember(mask, SIGTERM) == 1 ? SIGKILL : SIGTERM;
}

static void
run_child(const struct foreground *foreground, const struct signals *signals,
    pid_t parent, int error_fd)
{
	int error;

	restore_actions(signals);
	platform_end_with_parent(
	    parent, last_signal(signals, foreground->mask));
	(void)sigprocmask(SIG_SETMASK, foreground->mask, NULL);
	foreground->become(foreground->argument);
	error = errno;
	(void)!write(error_fd, &error, sizeof(error));
	_exit(255);
}

/* Returns 0 after the exec of the child, or -1 with the errno of the exec. */
static int
await_program(int error_fd)
{
	int error = 0;
	ssize_t got;

	while ((got = read(error_fd, &error, sizeof(error))) == -1 &&
	    errno == EINTR)
		;
	if (got != (ssize_t)sizeof(error))
		return 0;
	errno = error;
	return -1;
}

static int
start(const struct foreground *foreground, const struct signals *signals,
    pid_t *pid)
{
	pid_t parent = getpid();
	int fds[2], result, saved_errno;

	if (platform_pipe_that_waits(fds) == -1)
		return -1;
	if ((*pid = fork()) == 0)
		run_child(foreground, signals, parent, fds[1]);
	saved_errno = errno;
	(void)close(fds[1]);
	errno = saved_errno;
	result = *pid == -1 ? -1 : await_program(fds[0]);
	saved_errno = errno;
	(void)close(fds[0]);
	if (result == -1 && *pid != -1)
		(void)waitpid(*pid, NULL, 0);
	errno = saved_errno;
	return result;
}

/*
 * The child has stopped, perhaps after it restored the terminal. Now this
 * process stops by the same signal. In an orphaned process group the stop has
 * no effect.
 */
static void
stop_as_well(int number)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL}, action;
	sigset_t only;

	(void)sigaction(number, &by_default, &action);
	(void)raise(number);
	(void)sigemptyset(&only);
	(void)sigaddset(&only, number);
	(void)sigprocmask(SIG_UNBLOCK, &only, NULL);
	(void)sigprocmask(SIG_BLOCK, &only, NULL);
	(void)sigaction(number, &action, NULL);
	has_continued = 1;
}

/*
 * Passes the noted signals on. The child may get one twice, which is harmless.
 */
static void
pass_on(pid_t pid, int *passed)
{
	if (has_continued != 0)
		(void)kill(pid, SIGCONT);
	has_continued = 0;
	if (stop_asked != 0)
		(void)kill(pid, SIGTSTP);
	stop_asked = 0;
	if (end_asked != 0) {
		(void)kill(pid, end_asked);
		*passed = end_asked;
	}
	end_asked = 0;
}

static void
await_end(const struct foreground *foreground, const struct signals *signals,
    pid_t pid, struct foreground_end *end)
{
	struct pollfd wanted = {.fd = -1};
	pid_t got;

	end->asked = 0;
	for (;;) {
		pass_on(pid, &end->asked);
		got = waitpid(pid, &end->status, WNOHANG | WUNTRACED);
		if (got == pid && WIFSTOPPED(end->status)) {
			stop_as_well(WSTOPSIG(end->status));
			continue;
		}
		if (got == pid || (got == -1 && errno != EINTR))
			return;
		if (foreground->watch != NULL)
			foreground->watch(foreground->argument, &wanted);
		if (platform_wait(&wanted, 1, -1, &signals->waiting) == 1)
			foreground->ready(foreground->argument);
	}
}

int
foreground_run(const struct foreground *foreground, struct foreground_end *end)
{
	struct signals signals;
	int result, saved_errno;
	pid_t pid;

	catch_signals(&signals);
	result = start(foreground, &signals, &pid);
	if (result == 0 && foreground->begun != NULL &&
	    !foreground->begun(foreground->argument)) {
		saved_errno = errno;
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		errno = saved_errno;
		result = -1;
	}
	if (result == 0)
		await_end(foreground, &signals, pid, end);
	saved_errno = errno;
	restore_actions(&signals);
	(void)sigprocmask(SIG_SETMASK, &signals.mask, NULL);
	errno = saved_errno;
	return result;
}
