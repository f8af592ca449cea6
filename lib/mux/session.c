#include "mux/session.h"

#include "base/deadline.h"
#include "platform/platform.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
session_init(struct session *session, int fd)
{
	session->fd = fd;
	session->length = 0;
}

/* The state of the other side by errno, after send(2) and others. */
static enum session_result
judge(int error)
{
	return error == EPIPE || error == ECONNRESET ? SESSION_CLOSED
						     : SESSION_FAILED;
}

static enum session_result
await_room(const struct session *session, int64_t deadline_us)
{
	struct pollfd poll_fd = {.fd = session->fd, .events = POLLOUT};
	int result = poll(&poll_fd, 1, deadline_left_ms(deadline_us));

	if (result == 0)
		return SESSION_TIMED_OUT;
	return result == 1 || errno == EINTR ? SESSION_DONE : SESSION_FAILED;
}

/* Sends the whole message, in as many steps as the socket needs. */
static enum session_result
send_message(
    const struct session *session, struct msghdr *message, int64_t deadline_us)
{
	struct iovec *part = message->msg_iov;
	enum session_result result;
	ssize_t sent;

	while (part->iov_len > 0) {
		sent = sendmsg(session->fd, message, MSG_NOSIGNAL);
		if (sent > 0) {
			part->iov_base = (char *)part->iov_base + sent;
			part->iov_len -= (size_t)sent;
		} else if (sent == -1 && errno == EAGAIN) {
			result = await_room(session, deadline_us);
			if (result != SESSION_DONE)
				return result;
		} else if (sent == -1 && errno != EINTR) {
			return judge(errno);
		}
	}
	return SESSION_DONE;
}

/* Sends one byte with each, as a master expects. */
static enum session_result
send_descriptor(
    const struct session *session, int descriptor, int64_t deadline_us)
{
	union {
		struct cmsghdr header;
		unsigned char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte = 0;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room)};
	struct cmsghdr *header;

	memset(&control, 0, sizeof(control));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_len = CMSG_LEN(sizeof(int));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(header), &descriptor, sizeof(descriptor));
	return send_message(session, &message, deadline_us);
}

enum session_result
session_request(struct session *session, const struct text *request,
    const int descriptors[3], int64_t deadline_us)
{
	struct iovec part = {
	    .iov_base = request->data, .iov_len = request->length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	enum session_result result;
	int i;

	result = send_message(session, &message, deadline_us);
	for (i = 0; i < 3 && result == SESSION_DONE; i++)
		result = send_descriptor(session, descriptors[i], deadline_us);
	return result;
}

/* The first message in the bytes so far. */
static enum session_result
take_message(struct session *session, struct mux_message *message)
{
	size_t used;

	switch (
	    mux_read_message(session->bytes, session->length, message, &used)) {
	case MUX_DONE:
		session->length -= used;
		memmove(session->bytes, session->bytes + used, session->length);
		return SESSION_DONE;
	case MUX_INCOMPLETE:
		return SESSION_TIMED_OUT;
	case MUX_UNEXPECTED:
		break;
	}
	return SESSION_GARBLED;
}

enum session_result
session_hear(struct session *session, struct mux_message *message)
{
	enum session_result result = take_message(session, message);
	ssize_t got;

	if (result != SESSION_TIMED_OUT)
		return result;
	got = read(session->fd, session->bytes + session->length,
	    sizeof(session->bytes) - session->length);
	if (got == 0)
		return SESSION_CLOSED;
	if (got > 0)
		session->length += (size_t)got;
	else if (errno != EAGAIN && errno != EINTR)
		return judge(errno);
	return take_message(session, message);
}

enum session_result
session_listen(struct session *session, struct mux_message *message,
    int timeout_ms, const sigset_t *mask)
{
	enum session_result result;
	int ready;

	if ((result = take_message(session, message)) != SESSION_TIMED_OUT)
		return result;
	do {
		ready = platform_wait_readable(session->fd, timeout_ms, mask);
		if (ready == 0)
			return SESSION_TIMED_OUT;
		if (ready == -1)
			return errno == EINTR ? SESSION_INTERRUPTED
					      : SESSION_FAILED;
		result = session_hear(session, message);
	} while (result == SESSION_TIMED_OUT);
	return result;
}
