#include "mux/streams.h"

#include "platform/platform.h"
#include "platform/pty.h"
#include "platform/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The interval of checks whether the master has read all input. */
enum { INPUT_PAUSE_MS = 20 };

static enum stream_kind
kind_of(int fd, const struct stat *st)
{
	if (S_ISFIFO(st->st_mode))
		return STREAM_PIPE;
	if (S_ISSOCK(st->st_mode))
		return STREAM_SOCKET;
	if (!S_ISCHR(st->st_mode))
		return STREAM_FILE;
	if (platform_is_null_device(st->st_rdev))
		return STREAM_NULL;
	return isatty(fd) == 1 ? STREAM_TERMINAL : STREAM_FILE;
}

static bool
is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

void
streams_look(struct stream_kinds *kinds)
{
	struct stat st[STREAM_COUNT];
	int fd;

	memset(kinds, 0, sizeof(*kinds));
	memset(st, 0, sizeof(st));
	for (fd = 0; fd < STREAM_COUNT; fd++)
		if (fstat(fd, &st[fd]) == 0)
			kinds->of[fd] = kind_of(fd, &st[fd]);
	kinds->is_one_output = is_same(&st[STDOUT_FILENO], &st[STDERR_FILENO]);
}

static void
close_one(int *fd)
{
	if (*fd <= STDERR_FILENO)
		return;
	(void)close(*fd);
	*fd = -1;
}

void
streams_close(struct streams *streams)
{
	int fd;

	streams_passed(streams);
	close_one(&streams->terminal_fd);
	for (fd = 0; fd < STREAM_COUNT; fd++) {
		close_one(&streams->near_fds[fd]);
		close_one(&streams->again_fds[fd]);
		relay_init_idle(&streams->relays[fd]);
	}
}

void
streams_passed(struct streams *streams)
{
	/* A pipe for both must not be closed twice. */
	if (streams->passed[STDOUT_FILENO] == streams->passed[STDERR_FILENO])
		streams->passed[STDOUT_FILENO] = -1;
	close_one(&streams->passed[STDIN_FILENO]);
	close_one(&streams->passed[STDOUT_FILENO]);
	close_one(&streams->passed[STDERR_FILENO]);
}

/* 0 to 2, or the same file opened again if that is possible. */
static int
open_own(struct streams *streams, int fd, enum stream_kind kind, int flags)
{
	if (kind == STREAM_TERMINAL ||
	    (kind == STREAM_PIPE && fd == STDIN_FILENO))
		streams->again_fds[fd] = terminal_open_again(fd, flags);
	return streams->again_fds[fd] != -1 ? streams->again_fds[fd] : fd;
}

static int
open_input(
    struct streams *streams, const struct stream_kinds *kinds, bool wants_tty)
{
	enum stream_kind kind = kinds->of[STDIN_FILENO];
	struct relay *relay = &streams->relays[STDIN_FILENO];
	int from_fd, to_fd, fds[2];

	if (!wants_tty && kind != STREAM_TERMINAL)
		return 0;
	if (wants_tty) {
		if (pty_open(STDIN_FILENO, &streams->terminal_fd,
			&streams->passed[STDIN_FILENO]) == -1)
			return -1;
		to_fd = streams->terminal_fd;
	} else {
		if (platform_pipe(fds) == -1)
			return -1;
		streams->passed[STDIN_FILENO] = fds[0];
		to_fd = streams->near_fds[STDIN_FILENO] = fds[1];
	}
	from_fd = open_own(streams, STDIN_FILENO, kind, O_RDONLY);
	relay_init(relay, from_fd, to_fd, RELAY_OWN, streams->input,
	    sizeof(streams->input));
	/* A file never waits. */
	relay->from_is_shared = from_fd == STDIN_FILENO && kind >= STREAM_PIPE;
	return 0;
}

static int
open_output(struct streams *streams, const struct stream_kinds *kinds, int fd)
{
	enum stream_kind kind = kinds->of[fd];
	enum relay_way way = RELAY_SHARED;
	int to_fd, fds[2];

	if (platform_pipe(fds) == -1)
		return -1;
	streams->near_fds[fd] = fds[0];
	streams->passed[fd] = fds[1];
	to_fd = open_own(streams, fd, kind, O_WRONLY);
	if (kind == STREAM_PIPE)
		way = RELAY_SPLICE;
	else if (kind == STREAM_SOCKET)
		way = RELAY_SEND;
	else if (to_fd != fd)
		way = RELAY_OWN;
	relay_init(&streams->relays[fd], fds[0], to_fd, way,
	    fd == STDOUT_FILENO ? streams->output : streams->error,
	    STREAMS_OUTPUT_SIZE);
	return 0;
}

/* Output to both keeps its order, since it passes through one pipe. */
static int
open_outputs(struct streams *streams, const struct stream_kinds *kinds)
{
	if (kinds->of[STDERR_FILENO] >= STREAM_PIPE &&
	    open_output(streams, kinds, STDERR_FILENO) == -1)
		return -1;
	if (kinds->is_one_output)
		streams->passed[STDOUT_FILENO] =
		    streams->passed[STDERR_FILENO] != STDERR_FILENO
		    ? streams->passed[STDERR_FILENO]
		    : STDOUT_FILENO;
	else if (kinds->of[STDOUT_FILENO] == STREAM_TERMINAL)
		return open_output(streams, kinds, STDOUT_FILENO);
	return 0;
}

int
streams_open(struct streams *streams, const struct stream_kinds *kinds,
    bool wants_tty, relay_filter *filter, void *argument)
{
	int fd, saved_errno;

	streams->terminal_fd = -1;
	streams->input_has_ended = false;
	for (fd = 0; fd < STREAM_COUNT; fd++) {
		streams->passed[fd] = fd;
		streams->near_fds[fd] = streams->again_fds[fd] = -1;
		relay_init_idle(&streams->relays[fd]);
	}
	if (open_input(streams, kinds, wants_tty) == -1 ||
	    open_outputs(streams, kinds) == -1) {
		saved_errno = errno;
		streams_close(streams);
		errno = saved_errno;
		return -1;
	}
	if (wants_tty) {
		streams->relays[STDIN_FILENO].filter = filter;
		streams->relays[STDIN_FILENO].argument = argument;
	}
	return 0;
}

void
streams_poll(
    const struct streams *streams, struct pollfd fds[STREAMS_POLL_COUNT])
{
	int fd;

	for (fd = 0; fd < STREAM_COUNT; fd++)
		relay_poll(&streams->relays[fd], fd == STDIN_FILENO,
		    fds + fd * RELAY_POLL_COUNT);
}

int
streams_timeout_ms(const struct streams *streams)
{
	const struct relay *input = &streams->relays[STDIN_FILENO];

	return input->is_over && input->has_ended &&
		!streams->input_has_ended && streams->terminal_fd != -1
	    ? INPUT_PAUSE_MS
	    : -1;
}

/* A pipe is closed. A pseudo-terminal is still needed for its output. */
static void
end_input(struct streams *streams)
{
	const struct relay *input = &streams->relays[STDIN_FILENO];

	if (!input->is_over || streams->input_has_ended)
		return;
	if (streams->terminal_fd == -1)
		close_one(&streams->near_fds[STDIN_FILENO]);
	else if (input->has_ended && pty_end_input(streams->terminal_fd) == 0)
		return; /* later */
	streams->input_has_ended = true;
}

void
streams_move(struct streams *streams,
    const struct pollfd fds[STREAMS_POLL_COUNT], const sigset_t *mask)
{
	struct relay *relay;
	int fd;

	for (fd = 0; fd < STREAM_COUNT; fd++) {
		relay = &streams->relays[fd];
		if (!relay->is_over)
			relay_move(relay, fds + fd * RELAY_POLL_COUNT, mask);
		/* Lets the master see that no process reads it any more. */
		if (fd != STDIN_FILENO && relay->is_over)
			close_one(&streams->near_fds[fd]);
	}
	end_input(streams);
}

void
streams_stop_input(struct streams *streams)
{
	streams->relays[STDIN_FILENO].is_over = true;
	streams->input_has_ended = true;
}

void
streams_stop_output(struct streams *streams)
{
	int fd;

	for (fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (!streams->relays[fd].is_stuffed)
			streams->relays[fd].is_over = true;
}

bool
streams_are_drained(const struct streams *streams)
{
	return streams->relays[STDOUT_FILENO].is_over &&
	    streams->relays[STDERR_FILENO].is_over;
}
