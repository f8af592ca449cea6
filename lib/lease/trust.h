/*
 * Whether a master is trusted to have its server, by facts that cost nothing.
 * The lock file has them as its second line, after that of the holder.
 */
#ifndef TRUST_H
#define TRUST_H

#include "platform/tcp.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct trust {
	/*
	 * The time at which a session last heard from the server, in
	 * milliseconds since the boot, with the time of suspension; negative:
	 * unknown.
	 */
	int64_t heard_ms;
	int64_t asleep_ms; /* how long the machine had been asleep by then */
	/* The connection of the master; family 0: unknown. */
	struct tcp_connection connection;
};

/* Nothing is known. */
void trust_clear(struct trust *trust);

enum { TRUST_LINE_SIZE = 160 };

/* The line, padded with blanks, with its newline and without a NUL. */
void trust_format(const struct trust *trust, char line[TRUST_LINE_SIZE]);

/* Reads a line. Nothing is known from a malformed or empty one. */
void trust_parse(struct trust *trust, const char *line);

/*
 * Whether the server was heard from within this time, the machine was not
 * suspended since, and it still has the local address of the connection.
 */
bool trust_holds(const struct trust *trust, int seconds);

/* A session heard from the server this many milliseconds ago. */
void trust_note_heard(struct trust *trust, int ago_ms);

/* A session did not hear from it, so the server may be gone. */
void trust_forget(struct trust *trust);

/*
 * Finds the connection of the master, unless it is known. Not for the path to a
 * session: it makes some 40 system calls.
 */
void trust_note_connection(struct trust *trust, pid_t master_pid);

/*
 * Updates the trust after a session, by what the kernel counts for the
 * connection of the master. before is the count at the start of the session.
 */
enum trust_verdict {
	TRUST_HEARD, /* the server has answered; *ago_ms tells when last */
	TRUST_UNANSWERED, /* something was sent *ago_ms ago, and nothing came */
	TRUST_UNTOUCHED, /* nothing was sent, and nothing came */
	TRUST_UNKNOWN,
};
enum trust_verdict trust_judge(
    const struct trust *trust, const struct tcp_traffic *before, int *ago_ms);

#endif
