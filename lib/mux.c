#include "mux.h"

#define HELLO 0x00000001u
#define VERSION 4u
#define REQUEST_ID 0u

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
	body = requests[request].answer_body;
	if (get_number(bytes) != body)
		return MUX_UNEXPECTED;
	if (length < 4 + body)
		return MUX_INCOMPLETE;
	if (get_number(bytes + 4) != requests[request].answer_type ||
	    get_number(bytes + 8) != REQUEST_ID)
		return MUX_UNEXPECTED;
	*number = body > 8 ? get_number(bytes + 12) : 0;
	return MUX_DONE;
}
