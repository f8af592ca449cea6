/* The result of one question to one address, by any process. */
#ifndef HEALTH_OUTCOME_H
#define HEALTH_OUTCOME_H

#include "base/text.h"
#include "health/report.h"

#include <stdbool.h>
#include <stddef.h>

enum { OUTCOME_KEY_MAX = 4096 };

enum outcome_end {
	OUTCOME_KEY, /* it proved that it has this host key */
	OUTCOME_TIMED_OUT,
	OUTCOME_NO_METHOD, /* it lives, with no method in common */
	OUTCOME_FAILED,
};

/* Strings are clean: subject_copy_clean(). */
struct outcome {
	enum outcome_end end;
	enum report_step step; /* where it ended: connect, banner, handshake */
	int timeout_ms; /* what who asked had for everything */
	double connect_ms, handshake_ms; /* negative: unknown */
	char banner[256], reason[256];
	int key_type; /* LIBSSH2_HOSTKEY_TYPE_* */
	size_t key_length;
	unsigned char key[OUTCOME_KEY_MAX];
};

void outcome_clear(struct outcome *outcome);

/* Adds it as a line of fields, without the newline. */
void outcome_write(struct text *line, const struct outcome *outcome);

/* Reads such a line, and changes it. False if it is malformed. */
bool outcome_read(struct outcome *outcome, char *line);

#endif
