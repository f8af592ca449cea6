/*
 * odd-master KIND PATH: listens on a Unix socket as a master does, and then
 * behaves badly. Prints a line when it listens; runs until it is killed.
 *
 *   silent   accepts and says nothing
 *   hello    says hello and nothing more
 *   trickle  sends its answer one byte every 100 ms
 *   garbage  answers with noise
 *   huge     announces a message of 4 GiB
 *   closes   accepts and closes
 *   backlog  never accepts, with its backlog full
 *   version  is of another protocol version
 *   alive    answers as it should, with pid 4711
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const unsigned char good[] = {0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0,
    0, 12, 0x80, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0x12, 0x67};
static const unsigned char huge[] = {255, 255, 255, 255, 0, 0, 0, 1};
static const unsigned char version[] = {0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 3};

static void
say(int fd, const void *bytes, size_t length)
{
	if (send(fd, bytes, length, MSG_NOSIGNAL) == -1)
		perror("send");
}

static void
trickle(int fd)
{
	const struct timespec pause = {0, 100000000};
	size_t i;

	for (i = 0; i < sizeof(good); i++) {
		if (send(fd, good + i, 1, MSG_NOSIGNAL) == -1)
			return;
		nanosleep(&pause, NULL);
	}
}

static void
serve(const char *kind, int fd)
{
	unsigned char noise[4096];

	if (strcmp(kind, "hello") == 0)
		say(fd, good, 12);
	else if (strcmp(kind, "alive") == 0)
		say(fd, good, sizeof(good));
	else if (strcmp(kind, "trickle") == 0)
		trickle(fd);
	else if (strcmp(kind, "huge") == 0)
		say(fd, huge, sizeof(huge));
	else if (strcmp(kind, "version") == 0)
		say(fd, version, sizeof(version));
	else if (strcmp(kind, "garbage") == 0) {
		memset(noise, 0x5a, sizeof(noise));
		say(fd, noise, sizeof(noise));
	} else if (strcmp(kind, "closes") == 0)
		close(fd);
}

static void
fill_backlog(const struct sockaddr_un *address)
{
	int fd, i;

	for (i = 0; i < 8; i++) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(fd, (const void *)address, sizeof(*address)) == -1)
			break;
	}
}

int
main(int argc, char *argv[])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listen_fd, fd;

	if (argc != 3)
		return 2;
	signal(SIGCHLD, SIG_IGN);
	umask(077);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[2]);
	listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listen_fd, (void *)&address, sizeof(address)) == -1 ||
	    listen(listen_fd, strcmp(argv[1], "backlog") == 0 ? 0 : 64) == -1) {
		perror(argv[2]);
		return 1;
	}
	if (strcmp(argv[1], "backlog") == 0)
		fill_backlog(&address);
	printf("listening\n");
	fflush(stdout);
	if (strcmp(argv[1], "backlog") == 0)
		for (;;)
			pause();
	while ((fd = accept(listen_fd, NULL, NULL)) != -1)
		if (fork() == 0) {
			serve(argv[1], fd);
			/* Holds on until the other side is gone. */
			for (struct pollfd p = {.fd = fd, .events = POLLRDHUP};
			     poll(&p, 1, 10000) == 0;)
				;
			_exit(0);
		}
	return 1;
}
