#include "health/outcome.h"

#include "base/fields.h"
#include "health/subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const ends[] = {
    [OUTCOME_KEY] = "key",
    [OUTCOME_TIMED_OUT] = "timeout",
    [OUTCOME_NO_METHOD] = "no-method",
    [OUTCOME_FAILED] = "failed",
};
enum { ENDS = sizeof(ends) / sizeof(ends[0]), NUMBER_SIZE = 32 };

void
outcome_clear(struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->end = OUTCOME_FAILED;
	outcome->step = REPORT_CONNECT;
	outcome->connect_ms = outcome->handshake_ms = -1;
}

static void
add_number(struct text *line, const char *key, double number)
{
	char value[NUMBER_SIZE];

	(void)snprintf(value, sizeof(value), "%.3f", number);
	fields_add(line, key, value);
}

static void
add_key(struct text *line, const struct outcome *outcome)
{
	char value[2 * OUTCOME_KEY_MAX + 1];
	size_t i;

	for (i = 0; i < outcome->key_length; i++)
		(void)snprintf(value + 2 * i, 3, "%02x", outcome->key[i]);
	value[2 * i] = '\0';
	fields_add(line, "key", value);
}

void
outcome_write(struct text *line, const struct outcome *outcome)
{
	fields_add(line, "end", ends[outcome->end]);
	add_number(line, "step", outcome->step);
	add_number(line, "timeout_ms", outcome->timeout_ms);
	add_number(line, "connect_ms", outcome->connect_ms);
	add_number(line, "handshake_ms", outcome->handshake_ms);
	fields_add(line, "banner", outcome->banner);
	fields_add(line, "reason", outcome->reason);
	add_number(line, "key_type", outcome->key_type);
	add_key(line, outcome);
}

static int
digit_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool
read_key(struct outcome *outcome, const char *value)
{
	size_t length = strlen(value), i;
	int high, low;

	if (length % 2 != 0 || length > (size_t)2 * OUTCOME_KEY_MAX)
		return false;
	for (i = 0; i < length / 2; i++) {
		high = digit_value(value[2 * i]);
		low = digit_value(value[2 * i + 1]);
		if (high == -1 || low == -1)
			return false;
		outcome->key[i] = (unsigned char)(high << 4 | low);
	}
	outcome->key_length = length / 2;
	return true;
}

static bool
read_end(struct outcome *outcome, const char *value)
{
	size_t i;

	for (i = 0; i < ENDS; i++)
		if (strcmp(value, ends[i]) == 0) {
			outcome->end = (enum outcome_end)i;
			return true;
		}
	return false;
}

static bool
read_number(double *number, const char *value, double minimum, double maximum)
{
	char *end;

	*number = strtod(value, &end);
	return end != value && *end == '\0' && *number >= minimum &&
	    *number <= maximum;
}

static bool
read_field(struct outcome *outcome, const char *key, const char *value)
{
	double number = 0;
	bool ok = true;

	if (strcmp(key, "end") == 0)
		return read_end(outcome, value);
	if (strcmp(key, "key") == 0)
		return read_key(outcome, value);
	if (strcmp(key, "banner") == 0)
		subject_copy_clean(
		    outcome->banner, sizeof(outcome->banner), value);
	else if (strcmp(key, "reason") == 0)
		subject_copy_clean(
		    outcome->reason, sizeof(outcome->reason), value);
	else if (strcmp(key, "connect_ms") == 0)
		ok = read_number(&outcome->connect_ms, value, -1, 1e9);
	else if (strcmp(key, "handshake_ms") == 0)
		ok = read_number(&outcome->handshake_ms, value, -1, 1e9);
	else if (strcmp(key, "step") == 0) {
		ok = read_number(
		    &number, value, REPORT_CONNECT, REPORT_HOST_KEY);
		outcome->step = (enum report_step)number;
	} else if (strcmp(key, "timeout_ms") == 0) {
		ok = read_number(&number, value, 0, 1e9);
		outcome->timeout_ms = (int)number;
	} else if (strcmp(key, "key_type") == 0) {
		ok = read_number(&number, value, 0, 1000);
		outcome->key_type = (int)number;
	}
	return ok;
}

bool
outcome_read(struct outcome *outcome, char *line)
{
	const char *key, *value;
	bool has_end = false;
	int status;

	outcome_clear(outcome);
	while ((status = fields_next(&line, &key, &value)) == 1) {
		if (!read_field(outcome, key, value))
			return false;
		has_end |= strcmp(key, "end") == 0;
	}
	return status == 0 && has_end &&
	    (outcome->end != OUTCOME_KEY || outcome->key_length > 0);
}
