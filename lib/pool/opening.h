/*
 * A pool on its way open: what is known of its namespace, from the record in
 * it or, at first sight, from ssh. For pool.c alone.
 */
#ifndef OPENING_H
#define OPENING_H

#include "base/failure.h"
#include "pool/pool.h"
#include "pool/resolve.h"

#include <stdbool.h>

/* What a record says, or ssh -G where there is no record. */
struct verdict {
	bool is_plain;
	bool cannot_hold_sockets;
	unsigned int asks;
	char plain_reason[256];
};

/* A pool that is being opened. */
struct opening {
	struct pool *pool;
	const struct pool_request *request;
	enum resolution_restrictions restrictions;
	struct verdict verdict;
	struct failure *failure;
};

/* Keeps the reason in the pool and returns POOL_PLAIN. */
enum pool_status opening_be_plain(struct pool *pool, const char *reason);

/*
 * Asks ssh -G. POOL_LEASE and resolution_free() is owed; POOL_PLAIN where ssh
 * rejects the command line; POOL_FAILED with *failure.
 */
enum pool_status
opening_resolve(const struct opening *opening, struct resolution *resolution);

/*
 * Takes the verdict from the record of pool->ns, and what it says of a session
 * into pool->session; makes the record where there is none. As above.
 */
enum pool_status opening_judge(struct opening *opening);

/*
 * Takes the verdict from ssh -G and from what the file system can do, and
 * writes the record, unless the namespace is not open or only looked at.
 */
enum pool_status opening_make_record(struct opening *opening);

#endif
