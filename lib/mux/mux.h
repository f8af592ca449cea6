/*
 * The part of OpenSSH's multiplexing protocol (PROTOCOL.mux, version 4) that
 * this project uses. A message has a length, a type and a body. All numbers are
 * big-endian, with 32 bits. Both sides say hello at once, so hello and a
 * request are sent together.
 */
#ifndef MUX_H
#define MUX_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mux_request {
	MUX_ALIVE_CHECK, /* who are you? */
	MUX_STOP_LISTENING, /* take no further session, and end with the last */
	MUX_PROXY, /* from here on pass messages of ssh's protocol to the server */
	/*
	 * Lets the server listen at a port above all ports. It refuses in one
	 * round trip, logs nothing and starts nothing. ssh-fast(7) lists the
	 * alternatives.
	 */
	MUX_ASK_SERVER,
};

enum {
	MUX_REQUEST_SIZE = 24, /* hello and request */
	MUX_ASK_SERVER_SIZE = 56, /* that one, without hello */
	/* Hello with extensions and an answer are much shorter. */
	MUX_REPLY_MAX = 1024,
};

/* Writes hello and the request, which is not MUX_ASK_SERVER. */
void
mux_compose(enum mux_request request, unsigned char message[MUX_REQUEST_SIZE]);

/*
 * Writes MUX_ASK_SERVER for a connection after hello. The number must differ
 * from all earlier ones. A master that waits for an answer answers an equal
 * question by itself.
 */
void mux_compose_ask_server(
    unsigned char message[MUX_ASK_SERVER_SIZE], uint64_t number);

/*
 * Turns the message into the one that cancels the request. It must be sent to a
 * server that granted the request.
 */
void mux_compose_take_back(unsigned char message[MUX_ASK_SERVER_SIZE]);

enum mux_reply { MUX_DONE, MUX_INCOMPLETE, MUX_UNEXPECTED };

/*
 * Reads hello (not for MUX_ASK_SERVER) and the answer from the bytes so far.
 * *number is the pid of the master for ALIVE_CHECK. For ASK_SERVER it is 1 if
 * the server granted the request, or 0. More bytes than that are unexpected.
 */
enum mux_reply mux_parse(enum mux_request request, const unsigned char *bytes,
    size_t length, uint32_t *number);

/* A session that a client requests. */
struct mux_session {
	bool wants_tty, wants_x11, wants_agent, is_subsystem;
	uint32_t escape_char; /* MUX_NO_ESCAPE_CHAR: none */
	const char *term; /* TERM, "" where it is not set */
	const char *command; /* "" for a shell */
};
#define MUX_NO_ESCAPE_CHAR 0xffffffffu

/*
 * Writes the request into an empty text, without hello: begin, add the
 * variables ("NAME=VALUE") one by one, end. The three descriptors follow it,
 * each with one byte. mux_end_session() returns false if the request is too
 * large for a master, or without memory.
 */
void mux_begin_session(struct text *request, const struct mux_session *session);
void mux_add_variable(struct text *request, const char *variable);
bool mux_end_session(struct text *request);

/* The answers of a master to this request, and its later messages. */
enum mux_saying {
	MUX_SESSION_OPENED, /* value: the session's number */
	MUX_SESSION_DENIED, /* by who was asked for permission */
	MUX_SESSION_FAILED,
	MUX_SESSION_EXIT, /* id: the session's number, value: its status */
	MUX_SESSION_WITHOUT_TTY, /* id: the session's number */
};
struct mux_message {
	enum mux_saying saying;
	uint32_t id; /* of the request, where it is not the session's */
	uint32_t value;
};
enum {
	MUX_SESSION_REQUEST_ID = 1,
	/* No message is longer. A reason for a failure is one line. */
	MUX_MESSAGE_MAX = 4096,
};

/*
 * Reads the first message from the bytes so far. *used is its length in bytes.
 * With MUX_MESSAGE_MAX bytes the result is never MUX_INCOMPLETE.
 */
enum mux_reply mux_read_message(const unsigned char *bytes, size_t length,
    struct mux_message *message, size_t *used);

#endif
