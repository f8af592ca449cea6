/*
 * A pool on its way open: what ssh says of the command line, and what the record
 * in the namespace says. For pool.c alone.
 */
#ifndef OPENING_H
#define OPENING_H

#include "namespace/failure.h"
#include "pool/pool.h"
#include "pool/answer.h"

#include <stdbool.h>

/* A pool that is being opened. */
struct opening {
	struct pool *pool;
	const struct pool_request *request;
	struct answer answer; /* of ssh, about this command line, if */
	bool has_answer;
	bool is_restricted; /* the configuration asks for what is refused */
	bool has_record;
	bool cannot_hold_sockets; /* the file system of the namespace */
	struct failure *failure;
};

/* Keeps the reason in the pool and returns POOL_PLAIN. */
enum pool_status opening_be_plain(struct pool *pool, const char *reason);

/*
 * Gets the answer of ssh, and what it says of a session into pool->session.
 * Where has_answer is set, answer_free() is owed. POOL_PLAIN where ssh rejects
 * the command line or the configuration asks for it; POOL_FAILED with *failure.
 */
enum pool_status opening_ask(struct opening *opening);

/*
 * Makes the namespace text: what the command line says, what that depends on,
 * and where we are. As above.
 */
enum pool_status opening_compose(struct opening *opening);

/*
 * Whether the command, and the variables that go with it, are more than a
 * master reads: it hangs up on more than 256 KiB (mux.c, 9.2).
 */
bool opening_is_too_large(const struct opening *opening);

/* Looks at the record of pool->ns, if that is open and there is one. */
enum pool_status opening_read_record(struct opening *opening);

/*
 * Writes a record from the answer, after trying what the file system can do;
 * unless the namespace is not open or only looked at.
 */
enum pool_status opening_make_record(struct opening *opening);

#endif
