/*
 * Feeds bytes to all that reads what a master says: the two readers of
 * messages, and the conversation around them, over a socket, in pieces. The
 * replay makes up messages that are right, with a few bytes changed.
 */
#define MAKE_UP make_up
#include "fuzz.h"
#include "mux/mux.h"
#include "mux/session.h"

#include <sys/socket.h>

/* Whatever length it is cut off at, a message must not become another one. */
static void
read_whole_and_cut(const uint8_t *data, size_t size)
{
	struct mux_message message = {0}, cut = {0};
	size_t used = 0, length;
	uint32_t number = 0;
	uint8_t *copy;

	(void)mux_parse(MUX_ALIVE_CHECK, data, size, &number);
	(void)mux_parse(MUX_STOP_LISTENING, data, size, &number);
	(void)mux_parse(MUX_ASK_SERVER, data, size, &number);
	if (mux_read_message(data, size, &message, &used) != MUX_DONE)
		return;
	check(used <= size && used <= MUX_MESSAGE_MAX, "used too much");
	/* A copy of that very size: reading beyond it is seen. */
	for (length = 0; length < used; length += 1 + used / 16) {
		copy = malloc(length + 1);
		memcpy(copy, data, length);
		check(mux_read_message(copy, length, &cut, &used) ==
			MUX_INCOMPLETE,
		    "a part was taken for the whole");
		free(copy);
	}
}

static void
listen_to_it(const uint8_t *data, size_t size)
{
	static struct session session;
	struct mux_message message;
	enum session_result result;
	int pair[2], heard = 0;

	/* More would not fit the socket at once. */
	if (size > 32768 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return;
	check(write(pair[1], data, size) == (ssize_t)size, "short write");
	(void)close(pair[1]);
	session_init(&session, pair[0]);
	while ((result = session_listen(&session, &message, 0, NULL)) ==
	    SESSION_DONE)
		check(++heard < 32768 / 8, "more messages than bytes");
	check(result == SESSION_CLOSED || result == SESSION_GARBLED ||
		result == SESSION_FAILED,
	    "it neither ended nor was understood");
	(void)close(pair[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	read_whole_and_cut(copy, size);
	listen_to_it(copy, size);
	free(copy);
	return 0;
}

#ifdef REPLAY
/* A few right messages one after the other, then some bytes changed. */
static size_t
make_up(uint8_t *bytes, size_t room)
{
	static const uint32_t types[] = {0x80000006u, 0x80000002u, 0x80000003u,
	    0x80000004u, 0x80000008u, 0x80000005u, 1u};
	static const uint32_t bodies[] = {8, 12, 12, 12, 20, 4, 0, 4092, 4093};
	size_t size = 0, changes;

	while (size + 5000 < room && random() % 4 != 0) {
		uint32_t body = bodies[random() % 9],
			 type = types[random() % 7];
		uint32_t words[4] = {
		    body, type, (uint32_t)(random() % 3), (uint32_t)random()};
		int i;

		for (i = 0; i < 16; i++)
			bytes[size + (size_t)i] =
			    (uint8_t)(words[i / 4] >> (24 - i % 4 * 8));
		memset(bytes + size + 16, (int)random(), 4100);
		size += 4 + body;
	}
	for (changes = (size_t)(random() % 4); changes > 0 && size > 0;
	     changes--)
		bytes[(size_t)random() % size] = (uint8_t)random();
	return size > 0 && random() % 2 ? (size_t)random() % size : size;
}
#endif
