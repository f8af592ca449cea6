/*
 * The steps of opening a pool: the answer of ssh to the command line, and the
 * record of the namespace. Only for pool.c.
 */
#ifndef OPENING_H
#define OPENING_H

#include "namespace/failure.h"
#include "pool/pool.h"
#include "pool/answer.h"

#include <stdbool.h>

/* A pool while it is opened. */
struct opening {
	struct pool *pool;
	const struct pool_request *request;
	struct answer answer; /* of ssh, about this command line, if */
	bool has_answer;
	bool is_restricted; /* the configuration asks for what is refused */
	bool has_record;
	bool names_socket; /* the text, of an agent or display */
	bool cannot_hold_sockets; /* the file system of the namespace */
	struct failure *failure;
};

/* Keeps the reason in the pool and returns POOL_PLAIN. */
enum pool_status opening_be_plain(struct pool *pool, const char *reason);

/*
 * Gets the answer of ssh, and its settings of a session in pool->session. If
 * has_answer is set, the caller calls answer_free(). POOL_PLAIN: ssh rejects
 * the command line, or the configuration makes the run plain. POOL_FAILED with
 * *failure.
 */
enum pool_status opening_ask(struct opening *opening);

/*
 * Makes the namespace text from the command line, everything on which it
 * depends, and the place of this process. Returns as above.
 */
enum pool_status opening_compose(struct opening *opening);

/*
 * Whether the command and its variables are too large for a master, which
 * closes the connection after 256 KiB (mux.c, 9.2).
 */
bool opening_is_too_large(const struct opening *opening);

/* Reads the record of pool->ns, if that is open and has one. */
enum pool_status opening_read_record(struct opening *opening);

/*
 * Writes a record from the answer, after a trial of the file system. Does
 * nothing if the namespace is not open, or is only looked at.
 */
enum pool_status opening_make_record(struct opening *opening);

#endif
