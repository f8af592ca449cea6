#include "shared/health_answer.h"

#include "base/fields.h"

#include <stdlib.h>
#include <string.h>

/* No pointers, which would be relocated at each start of ssh-fast. */
static const struct {
	char name[15];
	bool is_number;
} fields[HEALTH_FIELDS] = {
    [HEALTH_HOST] = {"host", false},
    [HEALTH_STATE] = {"state", false},
    [HEALTH_STEP] = {"step", false},
    [HEALTH_REASON] = {"reason", false},
    [HEALTH_HOSTNAME] = {"hostname", false},
    [HEALTH_PORT] = {"port", true},
    [HEALTH_ADDRESS] = {"address", false},
    [HEALTH_BANNER] = {"banner", false},
    [HEALTH_FINGERPRINT] = {"fingerprint", false},
    [HEALTH_KEY_TYPE] = {"key_type", false},
    [HEALTH_CONNECT_MS] = {"connect_ms", true},
    [HEALTH_HANDSHAKE_MS] = {"handshake_ms", true},
    [HEALTH_AGE_MS] = {"age_ms", true},
    [HEALTH_BY] = {"by", false},
};

static const char *
known(const struct health_answer *answer, size_t field)
{
	const char *value = answer->values[field];

	return value != NULL && value[0] != '\0' ? value : NULL;
}

void
health_answer_write(struct text *out, const struct health_answer *answer)
{
	size_t i;

	for (i = 0; i < HEALTH_FIELDS; i++)
		fields_add(out, fields[i].name, known(answer, i));
	fields_end(out);
}

bool
health_answer_read(struct health_answer *answer, char *line)
{
	const char *key, *value;
	size_t i;
	int status;

	memset(answer, 0, sizeof(*answer));
	while ((status = fields_next(&line, &key, &value)) == 1)
		for (i = 0; i < HEALTH_FIELDS; i++)
			if (strcmp(key, fields[i].name) == 0)
				answer->values[i] = value;
	return status == 0 && known(answer, HEALTH_STATE) != NULL;
}

void
health_answer_describe(struct text *out, const struct health_answer *answer)
{
	const char *step = known(answer, HEALTH_STEP);
	const char *address = known(answer, HEALTH_ADDRESS);
	const char *port = known(answer, HEALTH_PORT);
	const char *key_type = known(answer, HEALTH_KEY_TYPE);
	const char *fingerprint = known(answer, HEALTH_FINGERPRINT);
	const char *reason = known(answer, HEALTH_REASON);

	if (step != NULL) {
		text_add(out, step);
		if (strcmp(step, "host key") == 0)
			text_printf(out, " %s %s",
			    key_type != NULL ? key_type : "",
			    fingerprint != NULL ? fingerprint : "");
		else if (strcmp(step, "name") != 0)
			text_printf(out, " %s %s port %s",
			    strcmp(step, "connect") == 0 ? "to" : "of",
			    address != NULL ? address : "",
			    port != NULL ? port : "");
		text_add(out, ": ");
	}
	text_add(out, reason != NULL ? reason : "");
}

void
health_answer_add_age(struct text *out, const struct health_answer *answer)
{
	const char *age = known(answer, HEALTH_AGE_MS),
		   *by = known(answer, HEALTH_BY);

	if (age == NULL || by == NULL || strcmp(age, "0") == 0)
		return;
	text_printf(out, "; %s %.1f s ago",
	    strcmp(by, "login") == 0 ? "a login worked" : "asked",
	    strtod(age, NULL) / 1000);
}

void
health_answer_json(
    struct json *json, const char *key, const struct health_answer *answer)
{
	size_t i;

	json_open_object(json, key);
	for (i = 0; i < HEALTH_FIELDS; i++)
		if (fields[i].is_number)
			json_decimal(json, fields[i].name, known(answer, i));
		else
			json_string(json, fields[i].name, known(answer, i));
	json_close_object(json);
}
