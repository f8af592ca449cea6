/* The steps from an open connection to a host key that is proven. */
#ifndef HEALTH_HANDSHAKE_H
#define HEALTH_HANDSHAKE_H

#include "health/known_hosts.h"
#include "health/outcome.h"
#include "health/subject.h"

#include <stdint.h>

struct handshake {
	LIBSSH2_SESSION *session;
	struct known_hosts hosts;
	const struct subject *subject;
	/* The order in which host keys are asked for. */
	char methods[KNOWN_HOSTS_METHODS_SIZE];
};

/* Reads the known hosts. False without memory; else handshake_close(). */
bool handshake_open(struct handshake *handshake, const struct subject *subject);
void handshake_close(struct handshake *handshake);

/*
 * Goes through it on a socket that does not block, and fills in the outcome. It
 * calls got_banner, once, when the server has said what it is. An endless
 * banner keeps it beyond the deadline: the caller's caller must be able to end
 * the process.
 */
void handshake_run(struct handshake *handshake, struct outcome *outcome, int fd,
    void (*got_banner)(void *context, const char *banner), void *context,
    int64_t deadline_us);

/* Fills in state, step, key and reason of the report for that host key. */
void handshake_judge(struct handshake *handshake, const struct outcome *outcome,
    struct report *report);

#endif
