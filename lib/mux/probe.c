#include "mux/probe.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "mux/mux.h"
#include "platform/platform.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool
set_address(struct sockaddr_un *address, const char *socket_path)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(socket_path) >= sizeof(address->sun_path))
		return false;
	(void)snprintf(
	    address->sun_path, sizeof(address->sun_path), "%s", socket_path);
	return true;
}

/*
 * A non-blocking connect(2): it would block if the backlog of a stopped master
 * is full. Only "no such file" and "refused" mean that no process listens.
 * Other errors may be our own.
 */
enum probe_result
probe_connect(const char *socket_path, uid_t owner, int *socket_fd)
{
	struct sockaddr_un address;
	uid_t user;
	int fd;

	*socket_fd = -1;
	errno = 0;
	if (!set_address(&address, socket_path))
		return PROBE_UNKNOWN;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return PROBE_UNKNOWN;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    -1) {
		int saved_errno = errno;

		(void)close(fd);
		errno = saved_errno;
		return errno == ENOENT || errno == ECONNREFUSED ? PROBE_DEAD
								: PROBE_UNKNOWN;
	}
	/* A master of another user must not see a session. */
	if (platform_peer_user(fd, &user) == -1 || user != owner) {
		(void)close(fd);
		errno = 0;
		return PROBE_UNKNOWN;
	}
	*socket_fd = fd;
	return PROBE_ALIVE;
}

static bool
send_request(int socket_fd, enum mux_request request)
{
	unsigned char message[MUX_REQUEST_SIZE];

	mux_compose(request, message);
	/* An empty socket buffer takes 24 bytes at once, or never. */
	return send(socket_fd, message, sizeof(message), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(message);
}

/* *unexpected is set where ssh itself had better be asked. */
static enum probe_result
read_answer(int socket_fd, enum mux_request request, int64_t deadline_us,
    uint32_t *number, bool *unexpected)
{
	struct pollfd poll_fd = {.fd = socket_fd, .events = POLLIN};
	unsigned char bytes[MUX_REPLY_MAX];
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
		switch (mux_parse(request, bytes, length, number)) {
		case MUX_DONE:
			return PROBE_ALIVE;
		case MUX_INCOMPLETE:
			if (length < sizeof(bytes))
				continue;
			/* FALLTHROUGH */
		case MUX_UNEXPECTED:
			*unexpected = true;
			errno = 0;
			return PROBE_UNKNOWN;
		}
	}
}

/*
 * ssh -O check has no deadline, not even with ConnectTimeout (tried with 9.2),
 * so it is killed at ours. Its status 255 can mean anything. A process listens,
 * as an earlier check showed.
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
	/* A process listens, but gives no session. */
	if (status >= 0)
		errno = 0;
	return status == 255 ? PROBE_HUNG : PROBE_UNKNOWN;
}

/*
 * Asks the server over the connection on which the master answered. *is_used_up
 * is set if no more requests may follow there.
 */
static enum probe_result
ask_server(
    int socket_fd, int64_t deadline_us, bool *unexpected, bool *is_used_up)
{
	unsigned char bytes[MUX_ASK_SERVER_SIZE];
	enum probe_result result;
	uint32_t is_granted = 0;

	mux_compose_ask_server(
	    bytes, (uint64_t)getpid() << 40 ^ (uint64_t)deadline_now_us());
	/* An empty socket buffer takes all at once, or never. */
	if (send(socket_fd, bytes, sizeof(bytes), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(bytes))
		return errno == EPIPE ? PROBE_DEAD : PROBE_UNKNOWN;
	result = read_answer(
	    socket_fd, MUX_ASK_SERVER, deadline_us, &is_granted, unexpected);
	if (result != PROBE_ALIVE || is_granted == 0)
		return result;
	mux_compose_take_back(bytes);
	(void)send(socket_fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
	*is_used_up = true;
	return result;
}

static bool
speaks_protocol(const struct probe *probe)
{
	return probe->kind == PROBE_NATIVE || probe->kind == PROBE_E2E;
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
	result = probe_connect(socket_path, probe->owner, &question->socket_fd);
	if (result != PROBE_ALIVE || probe->kind == PROBE_SSH)
		return result;
	if (!send_request(question->socket_fd, MUX_ALIVE_CHECK))
		/* EPIPE: the master closed the connection. */
		result = errno == EPIPE ? PROBE_DEAD : PROBE_UNKNOWN;
	if (result != PROBE_ALIVE)
		probe_drop(question);
	return result;
}

enum probe_result
probe_answer(
    struct probe_question *question, int64_t deadline_us, pid_t *master_pid)
{
	const struct probe *probe = question->probe;
	bool must_ask_ssh = probe->kind == PROBE_SSH, is_used_up = false;
	enum probe_result result = PROBE_ALIVE;
	uint32_t number = 0;

	if (speaks_protocol(probe))
		result = read_answer(question->socket_fd, MUX_ALIVE_CHECK,
		    deadline_us, &number, &must_ask_ssh);
	*master_pid = (pid_t)number;
	if (result == PROBE_ALIVE && probe->kind == PROBE_E2E)
		result = ask_server(question->socket_fd, deadline_us,
		    &must_ask_ssh, &is_used_up);
	if (!probe->keeps_connection || !speaks_protocol(probe) || is_used_up ||
	    result != PROBE_ALIVE)
		probe_drop(question);
	if (must_ask_ssh && probe->ssh != NULL)
		result =
		    ask_ssh(probe->ssh, question->socket_path, deadline_us);
	return result;
}

enum probe_result
probe_ask_server(
    const char *socket_path, uid_t owner, int *fd, int64_t deadline_us)
{
	const struct probe probe = {
	    .kind = PROBE_NATIVE, .owner = owner, .keeps_connection = true};
	bool unexpected = false, is_used_up = false;
	struct probe_question question;
	enum probe_result result = PROBE_ALIVE;
	pid_t ignored;

	if (*fd == -1) {
		result = probe_ask(&question, &probe, socket_path);
		if (result == PROBE_ALIVE)
			result = probe_answer(&question, deadline_us, &ignored);
		if (result != PROBE_ALIVE)
			return result;
		*fd = question.socket_fd;
	}
	/* The answer was not understood, so ssh asked the master. */
	if (*fd == -1)
		return PROBE_UNKNOWN;
	result = ask_server(*fd, deadline_us, &unexpected, &is_used_up);
	if (is_used_up || (result != PROBE_ALIVE && result != PROBE_HUNG)) {
		(void)close(*fd);
		*fd = -1;
	}
	return result;
}

void
probe_drop(struct probe_question *question)
{
	if (question->socket_fd != -1)
		(void)close(question->socket_fd);
	question->socket_fd = -1;
}

enum probe_result
probe_look(const char *socket_path)
{
	struct sockaddr_un address;
	int fd, error;

	if (!set_address(&address, socket_path) ||
	    (fd = socket(
		 AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) == -1)
		return PROBE_UNKNOWN;
	error = connect(fd, (const struct sockaddr *)&address,
		    sizeof(address)) == -1
	    ? errno
	    : 0;
	(void)close(fd);
	if (error == EPROTOTYPE)
		return PROBE_ALIVE;
	return error == ENOENT || error == ECONNREFUSED ? PROBE_DEAD
							: PROBE_UNKNOWN;
}

void
probe_wake(const char *socket_path, uid_t owner)
{
	int fd;

	if (probe_connect(socket_path, owner, &fd) == PROBE_ALIVE)
		(void)close(fd);
}

enum probe_result
probe_stop_ask(const char *socket_path, uid_t owner, int *fd)
{
	enum probe_result result = probe_connect(socket_path, owner, fd);

	if (result != PROBE_ALIVE || send_request(*fd, MUX_STOP_LISTENING))
		return result;
	(void)close(*fd);
	return PROBE_UNKNOWN;
}

enum probe_result
probe_stop_answer(int fd, int64_t deadline_us)
{
	bool unexpected = false;
	uint32_t number;
	enum probe_result result = read_answer(
	    fd, MUX_STOP_LISTENING, deadline_us, &number, &unexpected);

	(void)close(fd);
	return result;
}

enum probe_result
probe_stop_master(const char *socket_path, uid_t owner, int64_t deadline_us)
{
	int fd;
	enum probe_result result = probe_stop_ask(socket_path, owner, &fd);

	return result == PROBE_ALIVE ? probe_stop_answer(fd, deadline_us)
				     : result;
}
