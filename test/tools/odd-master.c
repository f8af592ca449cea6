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
 *   alive    answers as it should
 *
 * The pid that it tells is that of the process that serves the connection, or
 * ODD_PID of the environment.
 *
 * Others answer as they should until a session is asked for, and take its
 * three descriptors:
 *
 *   open-WHAT  answer that with WHAT
 *   run-WHAT   open the session, and go on with WHAT
 *
 *   closes     nothing, and close
 *   silent     nothing
 *   stops      nothing, and stop altogether, the listening process too
 *   garbage    noise
 *   huge       a message of 4 GiB
 *   small      a message that is too short for its type
 *   truncated  the first half of a message, and close
 *   unknown    a type that nobody knows
 *   stray      a right message with another number
 *   refuses    a failure
 *   denies     no permission
 *   status     status 5, and close; after open- that is out of place
 *   twice      status 5 two times
 *   drip       status 5 byte by byte, and close
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static unsigned char good[] = {0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 12,
    0x80, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0x12, 0x67};
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
put(unsigned char *at, unsigned int number)
{
	at[0] = (unsigned char)(number >> 24);
	at[1] = (unsigned char)(number >> 16);
	at[2] = (unsigned char)(number >> 8);
	at[3] = (unsigned char)number;
}

/* A message of three numbers; less of it where length says so. */
static void
say_three(int fd, unsigned int type, unsigned int id, unsigned int value,
    unsigned int length)
{
	unsigned char message[16];

	put(message, length == 8 ? 8 : 12);
	put(message + 4, type);
	put(message + 8, id);
	put(message + 12, value);
	say(fd, message, length < 16 ? length == 8 ? 12 : length : 16);
}

static void
get(int fd, void *bytes, size_t length)
{
	ssize_t got;

	for (; length > 0; length -= (size_t)got, bytes = (char *)bytes + got)
		if ((got = read(fd, bytes, length)) <= 0)
			_exit(0);
}

/* Hello, alive check, and a session with its descriptors, which it keeps. */
static void
take_request(int fd)
{
	static unsigned char bytes[256 * 1024];
	unsigned char hello[24], length[4];
	struct iovec part = {.iov_base = bytes, .iov_len = 1};
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	int i;

	/* ssh waits for the one answer before it asks the other. */
	get(fd, hello, 12);
	say(fd, good, 12);
	get(fd, hello + 12, 12);
	say(fd, good + 12, sizeof(good) - 12);
	get(fd, length, sizeof(length));
	get(fd, bytes,
	    (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3]);
	for (i = 0; i < 3; i++) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		if (recvmsg(fd, &message, 0) != 1 ||
		    message.msg_controllen == 0)
			_exit(0);
	}
}

static void
drip(int fd)
{
	static const unsigned char status[] = {
	    0, 0, 0, 12, 0x80, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 5};
	const struct timespec pause = {0, 1000000};
	size_t i;

	for (i = 0; i < sizeof(status); i++) {
		say(fd, status + i, 1);
		nanosleep(&pause, NULL);
	}
}

/* The session's number is 7. */
static void
serve_session(const char *what, int fd, int is_open)
{
	const unsigned int opened = 0x80000006u, status = 0x80000004u;
	unsigned char noise[4096];

	if (strcmp(what, "stops") == 0) {
		kill(getppid(), SIGSTOP);
		raise(SIGSTOP);
	} else if (strcmp(what, "garbage") == 0) {
		memset(noise, 0x5a, sizeof(noise));
		say(fd, noise, sizeof(noise));
	} else if (strcmp(what, "huge") == 0)
		say(fd, huge, sizeof(huge));
	else if (strcmp(what, "small") == 0)
		say_three(fd, is_open ? status : opened, 1, 7, 8);
	else if (strcmp(what, "truncated") == 0)
		say_three(fd, is_open ? status : opened, 1, 7, 9);
	else if (strcmp(what, "unknown") == 0)
		say_three(fd, 0x80001234u, is_open ? 7 : 1, 0, 16);
	else if (strcmp(what, "stray") == 0)
		say_three(fd, is_open ? status : opened, 99, 7, 16);
	else if (strcmp(what, "refuses") == 0)
		say_three(fd, 0x80000003u, 1, 0, 16);
	else if (strcmp(what, "denies") == 0)
		say_three(fd, 0x80000002u, 1, 0, 16);
	else if (strcmp(what, "drip") == 0)
		drip(fd);
	else if (strcmp(what, "status") == 0 || strcmp(what, "twice") == 0)
		say_three(fd, status, 7, 5, 16);
	if (strcmp(what, "twice") == 0)
		say_three(fd, status, 7, 5, 16);
	if (strcmp(what, "silent") != 0 && strcmp(what, "garbage") != 0 &&
	    strcmp(what, "huge") != 0 && strcmp(what, "refuses") != 0)
		shutdown(fd, SHUT_RDWR);
}

static void
tell_pid(void)
{
	const char *told = getenv("ODD_PID");
	unsigned int pid =
	    told != NULL ? (unsigned int)atoi(told) : (unsigned int)getpid();
	int i;

	for (i = 0; i < 4; i++)
		good[sizeof(good) - 1 - (size_t)i] =
		    (unsigned char)(pid >> (8 * i));
}

static void
serve(const char *kind, int fd)
{
	unsigned char noise[4096];

	tell_pid();

	if (strncmp(kind, "open-", 5) == 0) {
		take_request(fd);
		serve_session(kind + 5, fd, 0);
	} else if (strncmp(kind, "run-", 4) == 0) {
		take_request(fd);
		say_three(fd, 0x80000006u, 1, 7, 16);
		serve_session(kind + 4, fd, 1);
	} else if (strcmp(kind, "hello") == 0)
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
	while ((fd = accept(listen_fd, NULL, NULL)) != -1) {
		if (fork() == 0) {
			serve(argv[1], fd);
			/* Holds on until the other side is gone. */
			for (struct pollfd p = {.fd = fd, .events = POLLRDHUP};
			     poll(&p, 1, 10000) == 0;)
				;
			_exit(0);
		}
		close(fd);
	}
	return 1;
}
