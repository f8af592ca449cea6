#include "mux/room.h"

#include "base/deadline.h"
#include "base/wire.h"
#include "mux/mux.h"
#include "mux/probe.h"
#include "platform/platform.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Messages of RFC 4254, section 5, as a master in proxy mode takes and gives
 * them: length, a byte of padding length (0), type, body. Channel 0 is ours.
 */
enum {
	OPEN = 90,
	OPENED = 91,
	REFUSED = 92,
	ANSWER_MAX = 1024,
	OPENED_CHANNEL_AT =
	    10, /* behind length, padding, type and our number */
};
static const unsigned char open_message[] = "\0\0\0\31\0\132" /* OPEN */
					    "\0\0\0\7session"
					    "\0\0\0\0" /* our number */
					    "\0\0\200\0" /* window */
					    "\0\0\200\0"; /* largest packet */
static const unsigned char close_message[] = "\0\0\0\6\0\141";

/* Reads a message of that protocol. Its size, or 0. */
static size_t
read_message(int fd, unsigned char bytes[ANSWER_MAX], int64_t deadline_us)
{
	size_t held = 0;
	uint32_t length;
	ssize_t got;

	for (;;) {
		struct wire wire = {bytes, held};

		if (wire_u32(&wire, &length)) {
			if (length < 6 || length > ANSWER_MAX - 4)
				return 0;
			if (held >= 4 + (size_t)length)
				return 4 + (size_t)length;
		}
		if (platform_wait_readable(
			fd, deadline_left_ms(deadline_us), NULL) == 0)
			return 0;
		got = read(fd, bytes + held, ANSWER_MAX - held);
		if (got == 0 ||
		    (got == -1 && errno != EAGAIN && errno != EINTR))
			return 0;
		if (got > 0)
			held += (size_t)got;
	}
}

/* True, and messages of the other protocol can follow. */
static bool
begin(int fd, int64_t deadline_us)
{
	unsigned char bytes[ANSWER_MAX];
	enum mux_reply reply = MUX_INCOMPLETE;
	size_t held = 0;
	uint32_t number;
	ssize_t got;

	mux_compose(MUX_PROXY, bytes);
	if (send(fd, bytes, MUX_REQUEST_SIZE, MSG_NOSIGNAL) != MUX_REQUEST_SIZE)
		return false;
	while (reply == MUX_INCOMPLETE && held < sizeof(bytes)) {
		if (platform_wait_readable(
			fd, deadline_left_ms(deadline_us), NULL) == 0)
			return false;
		got = read(fd, bytes + held, sizeof(bytes) - held);
		if (got == 0 ||
		    (got == -1 && errno != EAGAIN && errno != EINTR))
			return false;
		if (got > 0)
			held += (size_t)got;
		reply = mux_parse(MUX_PROXY, bytes, held, &number);
	}
	return reply == MUX_DONE;
}

/* The server has opened a session, by that message: it is closed. */
static void
close_session(int fd, const unsigned char *opened)
{
	unsigned char bytes[sizeof(close_message) - 1 + 4];

	memcpy(bytes, close_message, sizeof(close_message) - 1);
	memcpy(
	    bytes + sizeof(close_message) - 1, opened + OPENED_CHANNEL_AT, 4);
	(void)send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
}

bool
room_is_there(const char *socket_path, uid_t owner, int64_t deadline_us)
{
	unsigned char bytes[ANSWER_MAX];
	size_t size = 0;
	int fd;

	if (probe_connect(socket_path, owner, &fd) != PROBE_ALIVE)
		return true;
	if (begin(fd, deadline_us) &&
	    send(fd, open_message, sizeof(open_message) - 1, MSG_NOSIGNAL) !=
		-1)
		size = read_message(fd, bytes, deadline_us);
	if (size >= OPENED_CHANNEL_AT + 4 && bytes[5] == OPENED)
		close_session(fd, bytes);
	(void)close(fd);
	return size == 0 || bytes[5] != REFUSED;
}
