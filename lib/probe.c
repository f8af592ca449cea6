#include "probe.h"

#include "child.h"
#include "deadline.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * OpenSSH's PROTOCOL.mux: a message is its length, its type and a body, all
 * numbers 32 bits wide and big endian. Both sides say hello at once, so hello
 * and question can go out together.
 */
#define MUX_HELLO 0x00000001u
#define MUX_ALIVE_CHECK 0x10000004u
#define MUX_ALIVE 0x80000005u
#define MUX_VERSION 4u
#define REQUEST_ID 0u

enum {
	/* A hello with extensions and an answer are far shorter than this. */
	REPLY_MAX = 1024,
	ALIVE_SIZE = 16,
};

static void
put_number(unsigned char *at, uint32_t number)
{
	at[0] = (unsigned char)(number >> 24);
	at[1] = (unsigned char)(number >> 16);
	at[2] = (unsigned char)(number >> 8);
	at[3] = (unsigned char)number;
}

static uint32_t
get_number(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

enum reply { REPLY_ALIVE, REPLY_INCOMPLETE, REPLY_UNEXPECTED };

/* Reads hello and answer out of what has come in so far. */
static enum reply
parse_replies(const unsigned char *bytes, size_t length, pid_t *master_pid)
{
	uint32_t body;

	if (length < 4)
		return REPLY_INCOMPLETE;
	body = get_number(bytes);
	if (body < 8 || body > REPLY_MAX - 4 - ALIVE_SIZE)
		return REPLY_UNEXPECTED;
	if (length < 12)
		return REPLY_INCOMPLETE;
	if (get_number(bytes + 4) != MUX_HELLO ||
	    get_number(bytes + 8) != MUX_VERSION)
		return REPLY_UNEXPECTED;
	if (length < 4 + body + 4)
		return REPLY_INCOMPLETE;
	bytes += 4 + body;
	length -= 4 + body;
	if (get_number(bytes) != 12)
		return REPLY_UNEXPECTED;
	if (length < ALIVE_SIZE)
		return REPLY_INCOMPLETE;
	if (get_number(bytes + 4) != MUX_ALIVE ||
	    get_number(bytes + 8) != REQUEST_ID)
		return REPLY_UNEXPECTED;
	*master_pid = (pid_t)get_number(bytes + 12);
	return REPLY_ALIVE;
}

/*
 * connect(2) without blocking: a stopped master's backlog fills up, and then
 * a blocking connect would wait for it. Only "no such file" and "refused" mean
 * that nobody listens; all else may be our own trouble.
 */
static enum probe_result
connect_to(const char *socket_path, uid_t owner, int *socket_fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	uid_t user;
	int fd;

	*socket_fd = -1;
	if (strlen(socket_path) >= sizeof(address.sun_path))
		return PROBE_UNKNOWN;
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return PROBE_UNKNOWN;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    -1) {
		bool dead = errno == ENOENT || errno == ECONNREFUSED;

		(void)close(fd);
		return dead ? PROBE_DEAD : PROBE_UNKNOWN;
	}
	/* Nobody else's master gets to see a session of ours. */
	if (platform_peer_user(fd, &user) == -1 || user != owner) {
		(void)close(fd);
		return PROBE_UNKNOWN;
	}
	*socket_fd = fd;
	return PROBE_ALIVE;
}

static bool
send_question(int socket_fd)
{
	unsigned char message[24];

	put_number(message, 8);
	put_number(message + 4, MUX_HELLO);
	put_number(message + 8, MUX_VERSION);
	put_number(message + 12, 8);
	put_number(message + 16, MUX_ALIVE_CHECK);
	put_number(message + 20, REQUEST_ID);
	/* An empty socket buffer takes 24 bytes at once, or never. */
	return send(socket_fd, message, sizeof(message), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(message);
}

/* *unexpected is set where ssh itself had better be asked. */
static enum probe_result
read_answer(
    int socket_fd, int64_t deadline_us, pid_t *master_pid, bool *unexpected)
{
	struct pollfd poll_fd = {.fd = socket_fd, .events = POLLIN};
	unsigned char bytes[REPLY_MAX];
	size_t length = 0;
	ssize_t got;

	for (;;) {
		got = poll(&poll_fd, 1, deadline_left_ms(deadline_us));
		if (got == 0)
			return PROBE_HUNG;
		if (got == -1 && errno != EINTR)
			return PROBE_UNKNOWN;
		if (got == -1)
			continue;
		got = read(socket_fd, bytes + length, sizeof(bytes) - length);
		if (got == 0 || (got == -1 && errno == ECONNRESET))
			return PROBE_DEAD;
		if (got == -1 && errno != EAGAIN && errno != EINTR)
			return PROBE_UNKNOWN;
		if (got > 0)
			length += (size_t)got;
		switch (parse_replies(bytes, length, master_pid)) {
		case REPLY_ALIVE:
			return PROBE_ALIVE;
		case REPLY_INCOMPLETE:
			if (length < sizeof(bytes))
				continue;
			/* FALLTHROUGH */
		case REPLY_UNEXPECTED:
			*unexpected = true;
			return PROBE_UNKNOWN;
		}
	}
}

/*
 * ssh -O check has no deadline of its own, not even with ConnectTimeout
 * (measured on 9.2), so it is killed at ours. Its 255 stands for anything; that
 * somebody listens has been found out before.
 */
static enum probe_result
ask_ssh(const char *ssh, const char *socket_path, int64_t deadline_us)
{
	char escaped[2 * sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *to = escaped;
	int status;

	for (; *socket_path != '\0'; socket_path++) {
		if (*socket_path == '%')
			*to++ = '%';
		*to++ = *socket_path;
	}
	*to = '\0';

	char *const argv[] = {(char *)ssh, (char *)"-F", (char *)"none",
	    (char *)"-S", escaped, (char *)"-O", (char *)"check", (char *)"--",
	    (char *)"master", NULL};

	status = child_run(argv, NULL, NULL, 0, deadline_us);
	if (status == 0)
		return PROBE_ALIVE;
	if (status == -1 && errno == ETIMEDOUT)
		return PROBE_HUNG;
	/* Somebody listens, but no session can be had there. */
	return status == 255 ? PROBE_HUNG : PROBE_UNKNOWN;
}

enum probe_result
probe_ask(struct probe_question *question, const struct probe *probe,
    const char *socket_path)
{
	enum probe_result result;

	question->probe = probe;
	question->socket_path = socket_path;
	question->socket_fd = -1;
	if (probe->kind == PROBE_NONE)
		return PROBE_ALIVE;
	result = connect_to(socket_path, probe->owner, &question->socket_fd);
	if (result != PROBE_ALIVE || probe->kind == PROBE_SSH ||
	    send_question(question->socket_fd))
		return result;
	/* EPIPE: the master closed on us between connect and send. */
	result = errno == EPIPE ? PROBE_DEAD : PROBE_UNKNOWN;
	probe_drop(question);
	return result;
}

enum probe_result
probe_answer(
    struct probe_question *question, int64_t deadline_us, pid_t *master_pid)
{
	const struct probe *probe = question->probe;
	bool must_ask_ssh = probe->kind == PROBE_SSH;
	enum probe_result result = PROBE_ALIVE;

	*master_pid = 0;
	if (probe->kind == PROBE_NATIVE)
		result = read_answer(question->socket_fd, deadline_us,
		    master_pid, &must_ask_ssh);
	probe_drop(question);
	if (must_ask_ssh && probe->ssh != NULL)
		result =
		    ask_ssh(probe->ssh, question->socket_path, deadline_us);
	return result;
}

void
probe_drop(struct probe_question *question)
{
	if (question->socket_fd != -1)
		(void)close(question->socket_fd);
	question->socket_fd = -1;
}
