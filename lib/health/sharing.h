/*
 * One question serves all processes of the user: what is known already of an
 * address, and whose turn it is to ask it. See namespace/answers.h.
 */
#ifndef HEALTH_SHARING_H
#define HEALTH_SHARING_H

#include "health/outcome.h"
#include "namespace/answers.h"

#include <stdbool.h>
#include <stdint.h>

struct sharing {
	struct answers answers; /* fd -1: nothing can be shared */
};

/* Opens what is kept below that root, and makes it where it is missing. */
void sharing_open(struct sharing *sharing, const char *root);
void sharing_close(struct sharing *sharing);

/* What is asked. */
struct sharing_question {
	const char *address; /* in figures */
	int port;
	const char *methods; /* in what order host keys are asked for */
	bool takes_login; /* a login answers it as well */
	int timeout_ms; /* a shorter one of somebody else's does not count */
	int64_t since_us; /* when this process began with it */
};

enum sharing_state {
	SHARING_ASK, /* this process asks; sharing_end() is owed */
	SHARING_BUSY, /* somebody else does at this moment: look again */
	SHARING_ANSWERED, /* *outcome and *age_ms are filled in */
	SHARING_LOGIN, /* a login worked *age_ms ago */
};

/* *lock_fd is set for SHARING_ASK; it may be -1. */
enum sharing_state sharing_begin(const struct sharing *sharing,
    const struct sharing_question *question, struct outcome *outcome,
    int64_t *age_ms, int *lock_fd);

/* Keeps the outcome for the others and lets them look. */
void sharing_end(int lock_fd, const struct outcome *outcome);

#endif
