/*
 * What ssh-fast-health has to say of one host. It prints that as JSON for
 * people, or as a line of fields for ssh-fast-ls.
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
	HEALTH_BY, /* what it was learnt by: question or login */
	HEALTH_FIELDS, /* how many there are */
};

/* Texts of somebody else's; null or empty: not known. */
struct health_answer {
	const char *values[HEALTH_FIELDS];
};

/* Adds it as a line of fields, and the newline. */
void health_answer_write(struct text *out, const struct health_answer *answer);

/*
 * Reads such a line, without its newline, in place: the answer points into it.
 * Fields that it does not know are skipped. False where the line is garbled
 * or names no state.
 */
bool health_answer_read(struct health_answer *answer, char *line);

/*
 * Adds why the host is not healthy, in words for people: "connect to
 * 192.0.2.1 port 22: Connection refused".
 */
void
health_answer_describe(struct text *out, const struct health_answer *answer);

/*
 * Adds how old the answer is, behind other words: "; asked 3.1 s ago". Nothing
 * where it was asked for just now.
 */
void
health_answer_add_age(struct text *out, const struct health_answer *answer);

/* Adds it as an object. */
void health_answer_json(
    struct json *json, const char *key, const struct health_answer *answer);

#endif
