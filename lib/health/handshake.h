/* The steps from an open connection to a proven host key. */
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

/*
 * Reads the known hosts. False without memory; otherwise the caller calls
 * handshake_close().
 */
bool handshake_open(struct handshake *handshake, const struct subject *subject);
void handshake_close(struct handshake *handshake);

/*
 * Makes the handshake on a non-blocking socket, and fills in the outcome. It
 * calls got_banner once, when the server has sent its version. An endless
 * banner outlasts the deadline, so another process must be able to end this
 * one.
 */
void handshake_run(struct handshake *handshake, struct outcome *outcome, int fd,
    void (*got_banner)(void *context, const char *banner), void *context,
    int64_t deadline_us);

/* Fills in state, step, key and reason of the report for this host key. */
void handshake_judge(struct handshake *handshake, const struct outcome *outcome,
    struct report *report);

#endif
