#include "mux/mux.h"

#include <string.h>

#define HELLO 0x00000001u
#define VERSION 4u
#define REQUEST_ID 0u

#define OK 0x80000001u
#define FAILURE 0x80000003u
#define NEW_SESSION 0x10000002u
#define OPEN_FORWARD 0x10000006u
#define CLOSE_FORWARD 0x10000007u
#define REMOTE_FORWARD 2u
/*
 * This number means a Unix socket, so the master accepts it. Without a path the
 * master sends it to the server as a port.
 */
#define NO_PORT 0xfffffffeu
/* A master closes the connection after a larger message. */
enum { REQUEST_MAX = 256 * 1024 };

enum { ANSWER_MAX = 16 };

/* Each request, and its answer on success. */
static const struct {
	uint32_t type;
	uint32_t answer_type;
	uint32_t answer_body; /* bytes: type, request id, and what follows */
} requests[] = {
    [MUX_ALIVE_CHECK] = {0x10000004u, 0x80000005u, 12},
    [MUX_STOP_LISTENING] = {0x10000009u, OK, 8},
    [MUX_PROXY] = {0x1000000fu, 0x8000000fu, 8},
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

void
mux_compose(enum mux_request request, unsigned char message[MUX_REQUEST_SIZE])
{
	put_number(message, 8);
	put_number(message + 4, HELLO);
	put_number(message + 8, VERSION);
	put_number(message + 12, 8);
	put_number(message + 16, requests[request].type);
	put_number(message + 20, REQUEST_ID);
}

void
mux_compose_ask_server(
    unsigned char message[MUX_ASK_SERVER_SIZE], uint64_t number)
{
	/* The target of connections: 16 digits. */
	enum { TO_OFFSET = 28, TO_SIZE = 24 };
	static const char digits[] = "0123456789abcdef";
	int i;

	memset(message, 0, MUX_ASK_SERVER_SIZE);
	put_number(message, MUX_ASK_SERVER_SIZE - 4);
	put_number(message + 4, OPEN_FORWARD);
	put_number(message + 8, MUX_SESSION_REQUEST_ID);
	put_number(message + 12, REMOTE_FORWARD);
	/* No address to listen at, and no port. */
	put_number(message + 20, NO_PORT);
	put_number(message + TO_OFFSET - 4, TO_SIZE);
	memcpy(message + TO_OFFSET, "ssh-fast", TO_SIZE - 16);
	for (i = 0; i < 16; i++)
		message[TO_OFFSET + TO_SIZE - 1 - i] =
		    (unsigned char)digits[number >> (4 * i) & 15];
	put_number(message + TO_OFFSET + TO_SIZE, 1);
}

void
mux_compose_take_back(unsigned char message[MUX_ASK_SERVER_SIZE])
{
	put_number(message + 4, CLOSE_FORWARD);
}

/*
 * The answer of the server, passed on by the master. If the master itself
 * refuses, its words differ, and the answer proves nothing.
 */
static enum mux_reply
parse_server(const unsigned char *bytes, size_t length, uint32_t *number)
{
	static const char words[] = "remote port forwarding failed";
	uint32_t body, type;

	if (length < 4)
		return MUX_INCOMPLETE;
	body = get_number(bytes);
	if (body < 8 || body > MUX_REPLY_MAX - 4)
		return MUX_UNEXPECTED;
	if (length < 4 + body)
		return MUX_INCOMPLETE;
	type = get_number(bytes + 4);
	*number = type == OK ? 1 : 0;
	if (length > 4 + body ||
	    get_number(bytes + 8) != MUX_SESSION_REQUEST_ID)
		return MUX_UNEXPECTED;
	if (type == OK)
		return MUX_DONE;
	if (type == FAILURE && body >= 12 + sizeof(words) - 1 &&
	    memcmp(bytes + 16, words, sizeof(words) - 1) == 0)
		return MUX_DONE;
	return MUX_UNEXPECTED;
}

enum mux_reply
mux_parse(enum mux_request request, const unsigned char *bytes, size_t length,
    uint32_t *number)
{
	uint32_t body;

	if (request == MUX_ASK_SERVER)
		return parse_server(bytes, length, number);
	if (length < 4)
		return MUX_INCOMPLETE;
	body = get_number(bytes);
	if (body < 8 || body > MUX_REPLY_MAX - 4 - ANSWER_MAX)
		return MUX_UNEXPECTED;
	if (length < 12)
		return MUX_INCOMPLETE;
	if (get_number(bytes + 4) != HELLO || get_number(bytes + 8) != VERSION)
		return MUX_UNEXPECTED;
	if (length < 4 + body + 4)
		return MUX_INCOMPLETE;
	bytes += 4 + body;
	length -= 4 + body;
	body = requests[request].answer_body;
	if (get_number(bytes) != body)
		return MUX_UNEXPECTED;
	if (length < 4 + body)
		return MUX_INCOMPLETE;
	if (length > 4 + body)
		return MUX_UNEXPECTED;
	if (get_number(bytes + 4) != requests[request].answer_type ||
	    get_number(bytes + 8) != REQUEST_ID)
		return MUX_UNEXPECTED;
	*number = body > 8 ? get_number(bytes + 12) : 0;
	return MUX_DONE;
}

static void
add_number(struct text *text, uint32_t number)
{
	unsigned char bytes[4];

	put_number(bytes, number);
	text_add_bytes(text, bytes, sizeof(bytes));
}

static void
add_string(struct text *text, const char *string)
{
	size_t length = strlen(string);

	/* Cut off: no real message is longer. */
	add_number(text, length <= REQUEST_MAX ? (uint32_t)length : 0);
	text_add_bytes(text, string, length);
}

void
mux_begin_session(struct text *request, const struct mux_session *session)
{
	add_number(request, 0); /* the length, once it is known */
	add_number(request, NEW_SESSION);
	add_number(request, MUX_SESSION_REQUEST_ID);
	add_string(request, ""); /* reserved */
	/* Called flags, but it has 32 bits. */
	add_number(request, session->wants_tty);
	add_number(request, session->wants_x11);
	add_number(request, session->wants_agent);
	add_number(request, session->is_subsystem);
	add_number(request, session->escape_char);
	add_string(request, session->term);
	add_string(request, session->command);
}

void
mux_add_variable(struct text *request, const char *variable)
{
	add_string(request, variable);
}

bool
mux_end_session(struct text *request)
{
	if (!text_ok(request) || request->length > REQUEST_MAX)
		return false;
	put_number(
	    (unsigned char *)request->data, (uint32_t)request->length - 4);
	return true;
}

/* The messages of a master, with their least length: type, id and value. */
static const struct {
	uint32_t type;
	enum mux_saying saying;
	uint32_t body;
} sayings[] = {
    {0x80000006u, MUX_SESSION_OPENED, 12},
    {0x80000002u, MUX_SESSION_DENIED, 8},
    {FAILURE, MUX_SESSION_FAILED, 8},
    {0x80000004u, MUX_SESSION_EXIT, 12},
    {0x80000008u, MUX_SESSION_WITHOUT_TTY, 8},
};

enum mux_reply
mux_read_message(const unsigned char *bytes, size_t length,
    struct mux_message *message, size_t *used)
{
	uint32_t body, type;
	size_t i;

	if (length < 4)
		return MUX_INCOMPLETE;
	body = get_number(bytes);
	if (body < 8 || body > MUX_MESSAGE_MAX - 4)
		return MUX_UNEXPECTED;
	if (length < 4 + body)
		return MUX_INCOMPLETE;
	type = get_number(bytes + 4);
	for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		if (sayings[i].type != type)
			continue;
		if (body < sayings[i].body)
			return MUX_UNEXPECTED;
		message->saying = sayings[i].saying;
		message->id = get_number(bytes + 8);
		message->value =
		    sayings[i].body >= 12 ? get_number(bytes + 12) : 0;
		*used = 4 + body;
		return MUX_DONE;
	}
	return MUX_UNEXPECTED;
}
