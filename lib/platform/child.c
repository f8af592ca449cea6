#include "platform/child.h"

#include "base/deadline.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { INPUT_MAX = 4096, READ_SIZE = 4096, ARGUMENTS_MAX = 256 };

static void
close_pair(int pair[2])
{
	if (pair[0] != -1)
		(void)close(pair[0]);
	if (pair[1] != -1)
		(void)close(pair[1]);
	pair[0] = pair[1] = -1;
}

static int
make_input(int pair[2], const char *input)
{
	size_t length = strlen(input);

	if (length > INPUT_MAX) {
		errno = E2BIG;
		return -1;
	}
	if (platform_pipe_that_waits(pair) == -1 ||
	    write(pair[1], input, length) != (ssize_t)length)
		return -1;
	(void)close(pair[1]);
	pair[1] = -1;
	return 0;
}

/* posix_spawn(3), but runs a script without a #! line as execvp(3) does. */
static int
spawn(pid_t *pid, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const argv[])
{
	char *words[ARGUMENTS_MAX + 2];
	size_t i;
	int error;

	error = posix_spawn(pid, argv[0], actions, attributes, argv, environ);
	if (error != ENOEXEC)
		return error;
	words[0] = (char *)"/bin/sh";
	for (i = 0; argv[i] != NULL; i++) {
		if (i == ARGUMENTS_MAX)
			return E2BIG;
		words[i + 1] = argv[i];
	}
	words[i + 1] = NULL;
	return posix_spawn(pid, words[0], actions, attributes, words, environ);
}

/* The standard descriptors of a child; -1 is /dev/null. */
struct standard {
	int fds[3];
};

/* 0, or an error number. */
static int
add_standard(
    posix_spawn_file_actions_t *actions, const struct standard *standard)
{
	int fd, error = 0;

	for (fd = 0; fd < 3 && error == 0; fd++)
		error = standard->fds[fd] != -1
		    ? posix_spawn_file_actions_adddup2(
			  actions, standard->fds[fd], fd)
		    : posix_spawn_file_actions_addopen(actions, fd, "/dev/null",
			  fd == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
	return error;
}

/* Returns 0 and *pid, or an error number of posix_spawn(3). */
static int
start(char *const argv[], const struct standard *standard, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t mask;
	int error;

	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attributes)) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	/*
	 * A process group of its own, so that its children (Match exec) can be
	 * ended with it. Signals that we block are not blocked in it.
	 */
	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	(void)sigdelset(&mask, SIGPIPE);
	(void)sigdelset(&mask, SIGXFSZ);
	(void)posix_spawnattr_setsigmask(&attributes, &mask);
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	(void)posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	error = add_standard(&actions, standard);
	if (error == 0)
		error = spawn(pid, &actions, &attributes, argv);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	return error;
}

/*
 * Reads until the end, the limit or the deadline. Returns 0, or -1 with errno.
 */
static int
read_all(int fd, struct text *output, size_t limit, int64_t deadline_us)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	ssize_t got;
	char *room;

	for (;;) {
		if (output->length > limit) {
			errno = E2BIG;
			return -1;
		}
		got = poll(&poll_fd, 1, deadline_left_ms(deadline_us));
		if (got == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (got == -1) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if ((room = text_room(output, READ_SIZE)) == NULL) {
			errno = ENOMEM;
			return -1;
		}
		if ((got = read(fd, room, READ_SIZE)) == 0)
			return 0;
		if (got > 0) {
			room[got] = '\0';
			output->length += (size_t)got;
		} else if (errno != EINTR)
			return -1;
	}
}

/*
 * Waits for the end of the child, which can outlive its output. Returns 0 and
 * *status, or -1 with errno.
 */
static int
wait_until(pid_t pid, int *status, int64_t deadline_us)
{
	struct pollfd end = {.fd = platform_process_fd(pid), .events = POLLIN};
	int pause_us = 50, result = 0, saved_errno;
	pid_t ended;

	while ((ended = waitpid(pid, status, WNOHANG)) != pid) {
		if (ended == -1 && errno != EINTR) {
			result = -1;
			break;
		}
		if (deadline_left_ms(deadline_us) == 0) {
			errno = ETIMEDOUT;
			result = -1;
			break;
		}
		/* For kernels that cannot wake us when it ends. */
		if (end.fd == -1) {
			deadline_sleep_us(pause_us);
			if (pause_us < 1000)
				pause_us *= 2;
		} else {
			(void)poll(&end, 1, deadline_left_ms(deadline_us));
		}
	}
	saved_errno = errno;
	if (end.fd != -1)
		(void)close(end.fd);
	errno = saved_errno;
	return result;
}

static void
kill_and_reap(pid_t pid)
{
	int saved_errno = errno;

	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	errno = saved_errno;
}

/* The part of child_run() that needs the default action of SIGCHLD. */
static int
run(char *const argv[], const struct standard *standard, int output[2],
    struct text *text, size_t limit, int64_t deadline_us)
{
	int error, status;
	pid_t pid;

	if ((error = start(argv, standard, &pid)) != 0) {
		errno = error;
		return -1;
	}
	if (output[1] != -1)
		(void)close(output[1]);
	output[1] = -1;
	if ((text != NULL &&
		read_all(output[0], text, limit, deadline_us) == -1) ||
	    wait_until(pid, &status, deadline_us) == -1) {
		kill_and_reap(pid);
		return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Reads standard output or standard error of the child. */
static int
run_listening(char *const argv[], int input_fd, int listened_fd,
    struct text *output, size_t output_limit, int64_t deadline_us)
{
	struct standard standard = {{input_fd, -1, -1}};
	int out[2] = {-1, -1}, result = -1, saved_errno;
	struct sigaction by_default = {.sa_handler = SIG_DFL}, inherited;

	/*
	 * If SIGCHLD were ignored, waitpid(2) would lose exit statuses. ssh
	 * gets it back as it was.
	 */
	(void)sigaction(SIGCHLD, &by_default, &inherited);
	if (output == NULL || platform_pipe_that_waits(out) == 0) {
		standard.fds[listened_fd] = out[1];
		result = run(
		    argv, &standard, out, output, output_limit, deadline_us);
	}
	saved_errno = errno;
	(void)sigaction(SIGCHLD, &inherited, NULL);
	close_pair(out);
	errno = saved_errno;
	return result;
}

int
child_run_reading(char *const argv[], int input_fd, struct text *output,
    size_t output_limit, int64_t deadline_us)
{
	return run_listening(
	    argv, input_fd, STDOUT_FILENO, output, output_limit, deadline_us);
}

int
child_run_complaining(char *const argv[], struct text *complaints, size_t limit,
    int64_t deadline_us)
{
	return run_listening(
	    argv, -1, STDERR_FILENO, complaints, limit, deadline_us);
}

int
child_run(char *const argv[], const char *input, struct text *output,
    size_t output_limit, int64_t deadline_us)
{
	int in[2] = {-1, -1}, result = -1, saved_errno;

	if (input == NULL || make_input(in, input) == 0)
		result = child_run_reading(
		    argv, in[0], output, output_limit, deadline_us);
	saved_errno = errno;
	close_pair(in);
	errno = saved_errno;
	return result;
}
