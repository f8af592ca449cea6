/*
 * The client's side of one session over a master: a request that hands over
 * standard input, output and error, then what the master has to say until it
 * closes the connection. The data itself never comes by here.
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

/* Over a connection that has exchanged hello with the master. */
void session_init(struct session *session, int fd);

/*
 * Sends the request (mux_end_session()) and the descriptors, which stay the
 * caller's. From the first of them to the last the whole master waits, with
 * all its sessions: signals are to be blocked. Where the result is not
 * SESSION_DONE and the connection gets closed, nothing has begun.
 */
enum session_result session_request(struct session *session,
    const struct text *request, const int descriptors[3], int64_t deadline_us);

/*
 * Takes the master's next message out of what has come in, without waiting;
 * SESSION_TIMED_OUT: it is not there yet.
 */
enum session_result
session_hear(struct session *session, struct mux_message *message);

/*
 * The same, and waits for it, timeout_ms at most (-1: for ever), with that
 * signal mask (null: the current one) in the meantime.
 */
enum session_result session_listen(struct session *session,
    struct mux_message *message, int timeout_ms, const sigset_t *mask);

#endif
