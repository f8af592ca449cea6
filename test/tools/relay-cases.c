/*
 * relay-cases: one relay of each kind, between a writer and a reader that are
 * slower, quicker, or gone. Prints what fails, a line each, then "done".
 */
#define _GNU_SOURCE
#include "mux/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TOTAL = 300000, ROOM = 4097, PIPE = 4096, TRIES = 1000000 };

static const struct kind {
	const char *name;
	enum relay_way way;
	int to_is_socket, to_is_own, from_is_shared;
} kinds[] = {
    {"own", RELAY_OWN, 0, 1, 0},
    {"splice", RELAY_SPLICE, 0, 0, 0},
    {"send", RELAY_SEND, 1, 0, 0},
    {"shared", RELAY_SHARED, 0, 0, 0},
    {"shared at both ends", RELAY_SHARED, 0, 0, 1},
};

/* The relay between two pipes, or a pipe and a socket, small ones. */
struct course {
	const struct kind *kind;
	struct relay relay;
	int write_fd, read_fd; /* the far ends of both, non-blocking */
	unsigned char room[ROOM];
};

static void
fail(const struct course *course, const char *what)
{
	printf("%s: %s\n", course->kind->name, what);
}

static void
set_nonblocking(int fd)
{
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void
begin(struct course *course, const struct kind *kind, int reader_waits)
{
	int from[2], to[2];

	course->kind = kind;
	if (pipe(from) == -1 ||
	    (kind->to_is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, to)
				: pipe(to)) == -1)
		exit(1);
	(void)fcntl(from[1], F_SETPIPE_SZ, PIPE);
	(void)fcntl(to[0], F_SETPIPE_SZ, PIPE);
	if (kind->to_is_socket) {
		course->read_fd = to[1];
		to[1] = to[0];
	} else {
		course->read_fd = to[0];
	}
	course->write_fd = from[1];
	set_nonblocking(from[1]);
	if (!reader_waits)
		set_nonblocking(course->read_fd);
	if (!kind->from_is_shared)
		set_nonblocking(from[0]);
	if (kind->to_is_own)
		set_nonblocking(to[1]);
	relay_init(&course->relay, from[0], to[1], kind->way, course->room,
	    sizeof(course->room));
	course->relay.from_is_shared = kind->from_is_shared != 0;
}

static void
end(struct course *course)
{
	int flags = fcntl(course->relay.to_fd, F_GETFL);

	if (!course->kind->to_is_own && (flags & O_NONBLOCK) != 0)
		fail(course, "a flag is left");
	(void)close(course->relay.from_fd);
	(void)close(course->relay.to_fd);
	if (course->read_fd != -1)
		(void)close(course->read_fd);
	if (course->write_fd != -1)
		(void)close(course->write_fd);
}

/* One round of poll(2) and moving. 0: nothing was ready. */
static int
turn(struct course *course, int watches_reader, int timeout_ms)
{
	struct pollfd fds[RELAY_POLL_COUNT];
	sigset_t none;
	int ready;

	(void)sigemptyset(&none);
	relay_poll(&course->relay, watches_reader != 0, fds);
	ready = poll(fds, RELAY_POLL_COUNT, timeout_ms);
	relay_move(&course->relay, fds, &none);
	return ready;
}

static unsigned char
byte_at(long place)
{
	return (unsigned char)(place * 7 + place / 251);
}

/* Both sides in pieces of all sizes, the reader now and then. */
static void
bytes_arrive(const struct kind *kind)
{
	static unsigned char piece[70000];
	struct course course;
	long sent = 0, got = 0, tries;
	ssize_t length, i;

	begin(&course, kind, 0);
	for (tries = 0; !course.relay.is_over && tries < TRIES; tries++) {
		if (course.write_fd != -1 && random() % 3 == 0) {
			length = 1 + random() % (random() % 8 ? 700 : 70000);
			if (length > TOTAL - sent)
				length = TOTAL - sent;
			for (i = 0; i < length; i++)
				piece[i] = byte_at(sent + i);
			length = write(course.write_fd, piece, (size_t)length);
			if (length > 0)
				sent += length;
			if (sent == TOTAL) {
				(void)close(course.write_fd);
				course.write_fd = -1;
			}
		}
		(void)turn(&course, 0, 0);
		if (random() % 5 != 0 && !course.relay.is_over)
			continue;
		length = read(course.read_fd, piece,
		    (size_t)(1 + random() % (random() % 8 ? 900 : 70000)));
		for (i = 0; i < length; i++)
			if (piece[i] != byte_at(got + i))
				fail(&course, "another byte");
		if (length > 0)
			got += length;
	}
	while ((length = read(course.read_fd, piece, sizeof(piece))) > 0)
		got += length;
	if (got != TOTAL || sent != TOTAL || !course.relay.is_over)
		fail(&course, "not all has arrived");
	end(&course);
}

/* A reader that does not read: it neither waits nor turns in vain. */
static void
stuffed(const struct kind *kind)
{
	unsigned char piece[4096] = {0};
	struct course course;
	int quiet = 0, turns;

	begin(&course, kind, 0);
	for (turns = 0; turns < 5000 && quiet < 5; turns++) {
		while (write(course.write_fd, piece, sizeof(piece)) > 0)
			;
		quiet = turn(&course, 1, 5) == 0 ? quiet + 1 : 0;
	}
	if (quiet < 5)
		fail(&course, "it turns in vain");
	if (course.relay.is_over)
		fail(&course, "it has given up");
	end(&course);
}

/* A reader that goes away is noticed, before and while there is a byte. */
static void
reader_goes(const struct kind *kind, int watches_reader)
{
	struct course course;
	int turns;

	begin(&course, kind, 0);
	(void)turn(&course, watches_reader, 0);
	(void)close(course.read_fd);
	course.read_fd = -1;
	if (!watches_reader && write(course.write_fd, "x", 1) != 1)
		fail(&course, "no room for a byte");
	for (turns = 0; turns < 5 && !course.relay.is_over; turns++)
		(void)turn(&course, watches_reader, 100);
	if (!course.relay.is_over)
		fail(&course, "it does not see that the reader is gone");
	end(&course);
}

/* Doubles each x; ends the input at an e. */
static bool
double_x(void *argument, const unsigned char *input, size_t length,
    unsigned char *output, size_t *made)
{
	size_t i;

	(void)argument;
	*made = 0;
	for (i = 0; i < length && input[i] != 'e'; i++) {
		output[(*made)++] = input[i];
		if (input[i] == 'x')
			output[(*made)++] = 'x';
	}
	return i == length;
}

static void
filtered(void)
{
	static const struct kind own = {"filter", RELAY_OWN, 0, 1, 0};
	struct course course;
	char text[16] = "";
	int turns;

	begin(&course, &own, 0);
	course.relay.filter = double_x;
	if (write(course.write_fd, "axb", 3) != 3)
		fail(&course, "no room");
	(void)turn(&course, 0, 100);
	if (write(course.write_fd, "cemore", 6) != 6)
		fail(&course, "no room");
	for (turns = 0; turns < 5 && !course.relay.is_over; turns++)
		(void)turn(&course, 0, 100);
	if (!course.relay.is_over ||
	    read(course.read_fd, text, sizeof(text) - 1) != 5 ||
	    strcmp(text, "axxbc") != 0)
		fail(&course, "the filter's output has not arrived");
	end(&course);
}

int
main(void)
{
	size_t i;

	srandom(1);
	(void)signal(SIGPIPE, SIG_IGN);
	/* Whatever waits where it must not ends here. */
	(void)alarm(60);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bytes_arrive(&kinds[i]);
		stuffed(&kinds[i]);
		reader_goes(&kinds[i], 0);
		reader_goes(&kinds[i], 1);
	}
	filtered();
	printf("done\n");
	return 0;
}
