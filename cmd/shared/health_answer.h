/*
 * The answer of ssh-fast-health for one host. It is printed as JSON, or as a
 * line of fields for ssh-fast-ls.
 */
#ifndef HEALTH_ANSWER_H
#define HEALTH_ANSWER_H

#include "base/text.h"
#include "shared/json.h"

#include <stdbool.h>

enum health_field {
	HEALTH_HOST,
	HEALTH_STATE,
	HEALTH_STEP,
	HEALTH_REASON,
	HEALTH_HOSTNAME,
	HEALTH_PORT,
	HEALTH_ADDRESS,
	HEALTH_BANNER,
	HEALTH_FINGERPRINT,
	HEALTH_KEY_TYPE,
	HEALTH_CONNECT_MS,
	HEALTH_HANDSHAKE_MS,
	HEALTH_AGE_MS,
	HEALTH_BY, /* the source of the answer: question or login */
	HEALTH_FIELDS, /* how many there are */
};

/* Texts that the caller owns; null or empty: unknown. */
struct health_answer {
	const char *values[HEALTH_FIELDS];
};

/* Adds it as a line of fields, with a newline. */
void health_answer_write(struct text *out, const struct health_answer *answer);

/*
 * Reads such a line, without its newline, in place. The answer points into it.
 * Unknown fields are skipped. False if the line is malformed or has no state.
 */
bool health_answer_read(struct health_answer *answer, char *line);

/*
 * Adds the reason why the host is not healthy: "connect to 192.0.2.1 port 22:
 * Connection refused".
 */
void
health_answer_describe(struct text *out, const struct health_answer *answer);

/*
 * Adds the age of the answer: "; asked 3.1 s ago". Adds nothing for a new
 * answer.
 */
void
health_answer_add_age(struct text *out, const struct health_answer *answer);

/* Adds it as an object. */
void health_answer_json(
    struct json *json, const char *key, const struct health_answer *answer);

#endif
