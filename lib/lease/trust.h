/*
 * Whether a master may be taken to have its server still, by what is known at
 * no cost. It is kept in the lock file, as a second line behind the holder's.
 */
#ifndef TRUST_H
#define TRUST_H

#include "platform/tcp.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct trust {
	/* When a session last heard from the server, in milliseconds since the
	 * boot, time asleep included; negative: not known to have. */
	int64_t heard_ms;
	int64_t asleep_ms; /* how long the machine had been asleep by then */
	/* The master's connection; family 0: it is not known. */
	struct tcp_connection connection;
};

/* Nothing is known. */
void trust_clear(struct trust *trust);

enum { TRUST_LINE_SIZE = 160 };

/* The line, padded with blanks, with its newline and without a NUL. */
void trust_format(const struct trust *trust, char line[TRUST_LINE_SIZE]);

/* Reads a line; garbled or empty, nothing is known. */
void trust_parse(struct trust *trust, const char *line);

/*
 * Whether the server was heard from within that time, the machine was not
 * asleep since, and the local address of the connection still is one of its
 * own.
 */
bool trust_holds(const struct trust *trust, int seconds);

/* A session has heard from the server so many milliseconds ago. */
void trust_note_heard(struct trust *trust, int ago_ms);

/* A session has not: it is not known to be there any more. */
void trust_forget(struct trust *trust);

/*
 * Finds out which connection the master has, unless it is known. Not for the
 * way to a session: it takes some 40 system calls.
 */
void trust_note_connection(struct trust *trust, pid_t master_pid);

/*
 * What a session has brought, as the kernel tells of the master's connection:
 * before is what had gone over it when the session began.
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
