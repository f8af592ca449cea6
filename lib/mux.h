/*
 * The words of OpenSSH's multiplexing protocol (its PROTOCOL.mux, version 4)
 * that this project speaks: a message is its length, its type and a body, all
 * numbers 32 bits wide and big endian. Both sides say hello at once, so hello
 * and a request can go out together.
 */
#ifndef MUX_H
#define MUX_H

#include <stddef.h>
#include <stdint.h>

enum mux_request {
	MUX_ALIVE_CHECK, /* who are you? */
	MUX_STOP_LISTENING, /* take no further session, and end with the last */
};

enum {
	MUX_REQUEST_SIZE = 24, /* hello and request */
	/* Hello with extensions and an answer are far shorter than this. */
	MUX_REPLY_MAX = 1024,
};

/* Composes hello and the request. */
void
mux_compose(enum mux_request request, unsigned char message[MUX_REQUEST_SIZE]);

enum mux_reply { MUX_DONE, MUX_INCOMPLETE, MUX_UNEXPECTED };

/*
 * Reads hello and the answer to the request out of what has come in so far.
 * *number is set to what the answer tells: the master's pid, of ALIVE_CHECK.
 */
enum mux_reply mux_parse(enum mux_request request, const unsigned char *bytes,
    size_t length, uint32_t *number);

#endif
