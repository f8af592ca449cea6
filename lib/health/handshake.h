/* The steps from an open connection to a host key that is proven. */
#ifndef HEALTH_HANDSHAKE_H
#define HEALTH_HANDSHAKE_H

#include "health/known_hosts.h"
#include "health/subject.h"

#include <stdint.h>

enum handshake_outcome {
	HANDSHAKE_DONE,
	HANDSHAKE_TIMED_OUT,
	HANDSHAKE_NO_METHOD, /* it lives, with no method in common */
	HANDSHAKE_FAILED,
};

struct handshake {
	char banner[256];
	char fingerprint[64];
	const char *key_type;
	enum known_hosts_verdict verdict;
	char reason[256]; /* where it is not done */
};

/*
 * Goes through it on a socket that does not block and calls got_banner, once,
 * when the server has said what it is. An endless banner keeps it beyond the
 * deadline: the caller's caller must be able to end the process.
 */
enum handshake_outcome handshake_run(struct handshake *handshake, int fd,
    const struct subject *subject,
    void (*got_banner)(void *context, const char *banner), void *context,
    int64_t deadline_us);

#endif
