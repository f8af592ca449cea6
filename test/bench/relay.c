/*
 * A long way to a server: passes TCP connections on to a port on loopback, and
 * each piece of data so many milliseconds late, in both directions.
 *
 *   relay PORT DELAY_MS
 *
 * Prints the port that it listens on, and ends with its parent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINKS_MAX = 512, PIECE_MAX = 65536, QUEUE_MAX = 64 };

struct piece {
	struct piece *next;
	int64_t due_us;
	size_t length, sent; /* length 0: the end */
	char bytes[];
};

/* One direction of a connection. */
struct link {
	int from, to;
	struct piece *first, **last;
	int queued, ended;
};

static struct link links[LINKS_MAX];
static int link_count;

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static int
make_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	check(fd != -1, "socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static struct sockaddr_in
loopback(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};

	return address;
}

static void
add_link(int from, int to)
{
	struct link *link = &links[link_count++];

	memset(link, 0, sizeof(*link));
	link->from = from;
	link->to = to;
	link->last = &link->first;
	fcntl(from, F_SETFL, O_NONBLOCK);
}

static void
take_connection(int listen_fd, int port)
{
	struct sockaddr_in address = loopback(port);
	int near = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC), far, one = 1;

	if (near == -1 || link_count + 2 > LINKS_MAX)
		exit(1);
	setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	far = make_socket();
	check(connect(far, (struct sockaddr *)&address, sizeof(address)) == 0,
	    "connect");
	add_link(near, far);
	add_link(far, near);
}

static void
take_piece(struct link *link, int64_t delay_us)
{
	struct piece *piece = malloc(sizeof(*piece) + PIECE_MAX);
	ssize_t got;

	check(piece != NULL, "memory");
	got = read(link->from, piece->bytes, PIECE_MAX);
	if (got == -1 && (errno == EAGAIN || errno == EINTR)) {
		free(piece);
		return;
	}
	piece->length = got > 0 ? (size_t)got : 0;
	piece->sent = 0;
	piece->next = NULL;
	piece->due_us = now_us() + delay_us;
	*link->last = piece;
	link->last = &piece->next;
	link->queued++;
	link->ended = got <= 0;
}

/* Sends what is due; returns when the next piece is, or -1. */
static int64_t
send_due(struct link *link)
{
	struct piece *piece;
	ssize_t sent;

	while ((piece = link->first) != NULL && piece->due_us <= now_us()) {
		if (piece->length == 0) {
			shutdown(link->to, SHUT_WR);
		} else {
			sent = send(link->to, piece->bytes + piece->sent,
			    piece->length - piece->sent, MSG_NOSIGNAL);
			if (sent == -1 && errno == EAGAIN)
				return now_us() + 200;
			if (sent > 0 &&
			    (piece->sent += (size_t)sent) < piece->length)
				continue;
		}
		if ((link->first = piece->next) == NULL)
			link->last = &link->first;
		link->queued--;
		free(piece);
	}
	return piece != NULL ? piece->due_us : -1;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in address = loopback(0);
	struct pollfd polls[LINKS_MAX + 1];
	socklen_t size = sizeof(address);
	int listen_fd, port, i;
	int64_t delay_us, next_us, due_us;
	struct timespec wait;

	if (argc != 3 || (port = atoi(argv[1])) < 1)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	delay_us = atoi(argv[2]) * (int64_t)1000;
	listen_fd = make_socket();
	check(bind(listen_fd, (struct sockaddr *)&address, size) == 0 &&
		listen(listen_fd, 64) == 0 &&
		getsockname(listen_fd, (struct sockaddr *)&address, &size) == 0,
	    "listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		next_us = -1;
		for (i = 0; i < link_count; i++) {
			due_us = send_due(&links[i]);
			if (due_us != -1 && (next_us == -1 || due_us < next_us))
				next_us = due_us;
			polls[i + 1].fd =
			    links[i].ended || links[i].queued >= QUEUE_MAX
			    ? -1
			    : links[i].from;
			polls[i + 1].events = POLLIN;
		}
		polls[0].fd = listen_fd;
		polls[0].events = POLLIN;
		due_us = next_us == -1 ? 1000000 : next_us - now_us();
		if (due_us < 0)
			due_us = 0;
		wait.tv_sec = due_us / 1000000;
		wait.tv_nsec = due_us % 1000000 * 1000;
		if (ppoll(polls, (nfds_t)link_count + 1, &wait, NULL) <= 0)
			continue;
		for (i = 0; i < link_count; i++)
			if (polls[i + 1].fd != -1 && polls[i + 1].revents != 0)
				take_piece(&links[i], delay_us);
		if (polls[0].revents != 0)
			take_connection(listen_fd, port);
	}
}
