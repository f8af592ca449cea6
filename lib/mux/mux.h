/*
 * The words of OpenSSH's multiplexing protocol (its PROTOCOL.mux, version 4)
 * that this project speaks: a message is its length, its type and a body, all
 * numbers 32 bits wide and big endian. Both sides say hello at once, so hello
 * and a request can go out together.
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
	/*
	 * Have the server listen at a port above all there are. It refuses in
	 * one round trip, writes nothing to its log and starts nothing:
	 * ssh-fast(7) lists what else was tried.
	 */
	MUX_ASK_SERVER,
};

enum {
	MUX_REQUEST_SIZE = 24, /* hello and request */
	MUX_ASK_SERVER_SIZE = 56, /* that one, without hello */
	/* Hello with extensions and an answer are far shorter than this. */
	MUX_REPLY_MAX = 1024,
};

/* Composes hello and the request, which is not MUX_ASK_SERVER. */
void
mux_compose(enum mux_request request, unsigned char message[MUX_REQUEST_SIZE]);

/*
 * Composes MUX_ASK_SERVER for a connection that has exchanged hello. The number
 * must differ from that of every earlier question: a master that still waits
 * for the answer to one answers its like by itself.
 */
void mux_compose_ask_server(
    unsigned char message[MUX_ASK_SERVER_SIZE], uint64_t number);

/*
 * Makes of that message the one that takes the request back, which is owed to a
 * server that grants it.
 */
void mux_compose_take_back(unsigned char message[MUX_ASK_SERVER_SIZE]);

enum mux_reply { MUX_DONE, MUX_INCOMPLETE, MUX_UNEXPECTED };

/*
 * Reads hello (not of MUX_ASK_SERVER) and the answer to the request out of what
 * has come in so far. *number is set to what the answer tells: the master's
 * pid, of ALIVE_CHECK; 1 where the server grants ASK_SERVER, 0 where it
 * refuses. More than was asked for is unexpected.
 */
enum mux_reply mux_parse(enum mux_request request, const unsigned char *bytes,
    size_t length, uint32_t *number);

/* A session to be asked for. */
struct mux_session {
	bool wants_tty, wants_x11, wants_agent, is_subsystem;
	uint32_t escape_char; /* MUX_NO_ESCAPE_CHAR: none */
	const char *term; /* TERM, "" where it is not set */
	const char *command; /* "" for a shell */
};
#define MUX_NO_ESCAPE_CHAR 0xffffffffu

/*
 * Composes the request for it in an empty text, without hello: begin, add the
 * variables ("NAME=VALUE") one by one, end. The three descriptors have to
 * follow it, each with a byte of its own. mux_end_session() returns false
 * where it is larger than a master takes, or memory ran out.
 */
void mux_begin_session(struct text *request, const struct mux_session *session);
void mux_add_variable(struct text *request, const char *variable);
bool mux_end_session(struct text *request);

/* What a master says in answer to that request, and as long as it runs. */
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
	/* Longer than any of them; a reason for a failure is one line. */
	MUX_MESSAGE_MAX = 4096,
};

/*
 * Reads the first message of what has come in so far; *used is set to its
 * length in bytes. MUX_INCOMPLETE is never answered to MUX_MESSAGE_MAX bytes.
 */
enum mux_reply mux_read_message(const unsigned char *bytes, size_t length,
    struct mux_message *message, size_t *used);

#endif
