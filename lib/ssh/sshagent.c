#include "ssh/sshagent.h"

#include "base/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	REQUEST_IDENTITIES = 11,
	IDENTITIES_ANSWER = 12,
	/* Length, type and number of keys come before the first key. */
	KEYS_BEGIN = 4 + 1 + 4,
	ANSWER_MAX = 262144, /* as ssh takes it */
};

static void
hang_up(struct sshagent *agent, enum sshagent_status status)
{
	if (agent->fd != -1)
		(void)close(agent->fd);
	agent->fd = -1;
	agent->status = status;
}

void
sshagent_ask(struct sshagent *agent, const char *path)
{
	static const unsigned char request[] = {0, 0, 0, 1, REQUEST_IDENTITIES};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int flags;

	agent->fd = -1;
	agent->status = SSHAGENT_NONE;
	text_init_in(&agent->answer, agent->storage, sizeof(agent->storage));
	if (strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path) + 1);
	agent->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (agent->fd == -1) {
		/* A lack of descriptors tells nothing about the agent. */
		agent->status = SSHAGENT_SILENT;
		return;
	}
	flags = connect(
	    agent->fd, (const struct sockaddr *)&address, sizeof(address));
	if (flags == -1)
		/* A full backlog: the agent is busy. */
		hang_up(
		    agent, errno == EAGAIN ? SSHAGENT_SILENT : SSHAGENT_NONE);
	else if (send(agent->fd, request, sizeof(request), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(request))
		hang_up(agent, SSHAGENT_NONE);
}

/* The size of the answer in bytes, if its front has arrived. */
static size_t
wanted(const struct sshagent *agent)
{
	struct wire front = {
	    (const unsigned char *)agent->answer.data, agent->answer.length};
	uint32_t length;

	if (!wire_u32(&front, &length))
		return KEYS_BEGIN;
	return length < ANSWER_MAX ? 4 + (size_t)length : 0;
}

/* Reads more. Returns 1 if it is complete, 0 if more will come, -1 if not. */
static int
read_on(struct sshagent *agent)
{
	size_t missing = wanted(agent) - agent->answer.length, room;
	char *to;
	ssize_t got;

	/* Most answers are short and need one call. */
	room = sizeof(agent->storage) - 1 - agent->answer.length;
	if (agent->answer.length >= sizeof(agent->storage) - 1 ||
	    missing > room)
		room = missing;
	if ((to = text_room(&agent->answer, room)) == NULL)
		return -1;
	got = recv(agent->fd, to, room, MSG_DONTWAIT);
	if (got == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (got == 0)
		return -1;
	agent->answer.length += (size_t)got;
	to[got] = '\0';
	if (wanted(agent) < KEYS_BEGIN)
		return -1;
	return agent->answer.length >= wanted(agent);
}

enum sshagent_status
sshagent_wait(struct sshagent *agent, int64_t deadline_us)
{
	struct pollfd poll_fd = {.fd = agent->fd, .events = POLLIN};
	int done;

	while (agent->fd != -1) {
		if ((done = read_on(agent)) == 1)
			hang_up(agent,
			    agent->answer.data[4] == IDENTITIES_ANSWER
				? SSHAGENT_KEYS
				: SSHAGENT_REFUSES);
		else if (done == -1)
			hang_up(agent, SSHAGENT_REFUSES);
		else if (poll(&poll_fd, 1, deadline_left_ms(deadline_us)) == 0)
			return SSHAGENT_SILENT;
	}
	return agent->status;
}

struct wire
sshagent_keys(const struct sshagent *agent)
{
	return (struct wire){
	    (const unsigned char *)agent->answer.data + KEYS_BEGIN,
	    agent->answer.length - KEYS_BEGIN};
}

bool
sshagent_next(struct wire *keys, const unsigned char **blob, size_t *length)
{
	return wire_string(keys, blob, length) && wire_skip_strings(keys, 1);
}

void
sshagent_end(struct sshagent *agent)
{
	hang_up(agent, agent->status);
	text_free(&agent->answer);
}
