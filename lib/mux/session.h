/*
 * The client side of one session over a master. It sends a request with
 * standard input, output and error, then reads the messages of the master until
 * it closes the connection. The data of the session do not pass here.
 */
#ifndef SESSION_H
#define SESSION_H

#include "mux/mux.h"
#include "base/text.h"

#include <signal.h>
#include <stdint.h>

struct session {
	int fd; /* the connection, non-blocking; the caller's to close */
	unsigned char bytes[MUX_MESSAGE_MAX];
	size_t length; /* what has come in and was not yet told */
};

enum session_result {
	SESSION_DONE,
	SESSION_CLOSED, /* the master is gone, or has closed the connection */
	SESSION_INTERRUPTED, /* by a signal */
	SESSION_TIMED_OUT,
	SESSION_GARBLED, /* it said something that is not of the protocol */
	SESSION_FAILED, /* a system call: errno */
};

/* Begins on a connection that has exchanged hello with the master. */
void session_init(struct session *session, int fd);

/*
 * Sends the request (mux_end_session()) and the descriptors, which stay the
 * caller's. The whole master waits from the first descriptor to the last, with
 * all its sessions, so signals must be blocked. If the result is not
 * SESSION_DONE and the connection is closed, no session has begun.
 */
enum session_result session_request(struct session *session,
    const struct text *request, const int descriptors[3], int64_t deadline_us);

/*
 * Takes the next message of the master, without waiting. SESSION_TIMED_OUT:
 * there is none yet.
 */
enum session_result
session_hear(struct session *session, struct mux_message *message);

/*
 * The same, but waits for it, for at most timeout_ms (-1: no limit), with this
 * signal mask (null: the current one).
 */
enum session_result session_listen(struct session *session,
    struct mux_message *message, int timeout_ms, const sigset_t *mask);

#endif
