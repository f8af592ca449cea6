#include "mux/mux.h"

#include <string.h>

#define HELLO 0x00000001u
#define VERSION 4u
#define REQUEST_ID 0u

#define NEW_SESSION 0x10000002u
#define NEW_STDIO_FORWARD 0x10000008u
/* Port 0 of the server's loopback: no connection can come of it. */
#define NOWHERE "127.0.0.1"
/* A master drops the connection over a larger one. */
enum { REQUEST_MAX = 256 * 1024 };

enum { ANSWER_MAX = 16 };

/* What is sent, and what is answered where all is well. */
static const struct {
	uint32_t type;
	uint32_t answer_type;
	uint32_t answer_body; /* bytes: type, request id, and what follows */
} requests[] = {
    [MUX_ALIVE_CHECK] = {0x10000004u, 0x80000005u, 12},
    [MUX_STOP_LISTENING] = {0x10000009u, 0x80000001u, 8},
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
mux_compose_ask_server(unsigned char message[MUX_ASK_SERVER_SIZE])
{
	enum { HOST_SIZE = sizeof(NOWHERE) - 1 };

	memset(message, 0, MUX_ASK_SERVER_SIZE);
	put_number(message, 8);
	put_number(message + 4, HELLO);
	put_number(message + 8, VERSION);
	put_number(message + 12, MUX_ASK_SERVER_SIZE - 16);
	put_number(message + 16, NEW_STDIO_FORWARD);
	put_number(message + 20, MUX_SESSION_REQUEST_ID);
	/* A reserved string, the host, the port. */
	put_number(message + 28, HOST_SIZE);
	memcpy(message + 32, NOWHERE, HOST_SIZE);
	put_number(message + 32 + HOST_SIZE, 0);
}

/* The server's answer, by way of the master. */
static enum mux_reply
parse_server(const unsigned char *bytes, size_t length)
{
	struct mux_message message;
	size_t used;
	enum mux_reply reply;

	reply = mux_read_message(bytes, length, &message, &used);
	if (reply == MUX_DONE &&
	    (message.saying == MUX_SESSION_EXIT ||
		message.saying == MUX_SESSION_WITHOUT_TTY))
		return MUX_UNEXPECTED;
	return reply;
}

enum mux_reply
mux_parse(enum mux_request request, const unsigned char *bytes, size_t length,
    uint32_t *number)
{
	uint32_t body;

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
	if (request == MUX_ASK_SERVER) {
		*number = 0;
		return parse_server(bytes, length);
	}
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

	/* Cut short, since no message that long is ever sent. */
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
	/* Called flags, and 32 bits wide all the same. */
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

/* What a master may say, and how long it is at least: type, id and value. */
static const struct {
	uint32_t type;
	enum mux_saying saying;
	uint32_t body;
} sayings[] = {
    {0x80000006u, MUX_SESSION_OPENED, 12},
    {0x80000002u, MUX_SESSION_DENIED, 8},
    {0x80000003u, MUX_SESSION_FAILED, 8},
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
