/*
 * One question serves all processes of the user: the known answer of an
 * address, and the process that asks next. See namespace/answers.h.
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

/*
 * Opens the folder of answers below this root, and makes it if it is missing.
 */
void sharing_open(struct sharing *sharing, const char *root);
void sharing_close(struct sharing *sharing);

/* The question. */
struct sharing_question {
	const char *address; /* in figures */
	int port;
	const char *methods; /* in what order host keys are asked for */
	bool takes_login; /* a login answers it as well */
	int timeout_ms; /* a shorter question of another process does not count */
	int64_t since_us; /* when this process began with it */
};

enum sharing_state {
	SHARING_ASK, /* this process asks, and calls sharing_end() */
	SHARING_BUSY, /* another process asks now: look again */
	SHARING_ANSWERED, /* *outcome and *age_ms are filled in */
	SHARING_LOGIN, /* a login worked *age_ms ago */
};

/* *lock_fd is set for SHARING_ASK; it may be -1. */
enum sharing_state sharing_begin(const struct sharing *sharing,
    const struct sharing_question *question, struct outcome *outcome,
    int64_t *age_ms, int *lock_fd);

/* Stores the outcome for other processes, and wakes them. */
void sharing_end(int lock_fd, const struct outcome *outcome);

#endif
