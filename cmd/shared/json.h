/* Writes JSON to a text. All strings are written in ASCII. */
#ifndef JSON_H
#define JSON_H

#include "base/text.h"

#include <stdbool.h>

/* A value while it is written. */
struct json {
	struct text *out;
	bool needs_comma;
};

/* Begins a value at the end of the text. */
void json_begin(struct json *json, struct text *out);

/*
 * Each of these adds a value: a member with this key in an object, or with a
 * null key elsewhere. The caller closes what it opens.
 */
void json_open_object(struct json *json, const char *key);
void json_open_list(struct json *json, const char *key);

/* Any bytes: invalid UTF-8 becomes U+FFFD. Null becomes null. */
void json_string(struct json *json, const char *key, const char *bytes);

/* Null if it is unknown. */
void
json_known(struct json *json, const char *key, bool is_known, long long number);
void json_integer(struct json *json, const char *key, long long number);

/* Digits, with or without a decimal point; null for other text. */
void json_decimal(struct json *json, const char *key, const char *digits);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Starts a line before the next value. */
void json_new_line(struct json *json);

void json_close_object(struct json *json);
void json_close_list(struct json *json);

/* Prints the text and frees it. False without memory, or if stdout fails. */
bool json_print(struct text *out);

#endif
