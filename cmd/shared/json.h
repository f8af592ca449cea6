/*
 * JSON is written, never read. What is added goes to a text; all strings come
 * out in ASCII.
 */
#ifndef JSON_H
#define JSON_H

#include "base/text.h"

#include <stdbool.h>

/* A value that is being written. */
struct json {
	struct text *out;
	bool needs_comma;
};

/* Begins a value at the end of the text. */
void json_begin(struct json *json, struct text *out);

/*
 * Each of these adds a value: a member with this key within an object, else
 * with null as key. What was opened has to be closed.
 */
void json_open_object(struct json *json, const char *key);
void json_open_list(struct json *json, const char *key);

/* Any bytes: those that are no UTF-8 become U+FFFD. Null for null. */
void json_string(struct json *json, const char *key, const char *bytes);

/* Null where it is not known. */
void
json_known(struct json *json, const char *key, bool is_known, long long number);
void json_integer(struct json *json, const char *key, long long number);

/* Digits, with or without a decimal point in them; null for all else. */
void json_decimal(struct json *json, const char *key, const char *digits);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Has the next value begin a line. */
void json_new_line(struct json *json);

void json_close_object(struct json *json);
void json_close_list(struct json *json);

/*
 * Prints what was written to the text, and frees it. False where there was no
 * memory for it, or stdout takes no more.
 */
bool json_print(struct text *out);

#endif
