/*
 * Writes what comes on standard input, strings ended by NUL bytes, as JSON: an
 * object with a list of them, and a member for each other kind of value. Each
 * argument is written as a number.
 */
#include "shared/json.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char *argv[])
{
	enum { SIZE = 4 * 1024 * 1024 };
	char *bytes = calloc(1, SIZE + 1);
	struct json json;
	struct text out;
	size_t size, at;
	int i;

	if (bytes == NULL)
		return 1;
	size = fread(bytes, 1, SIZE, stdin);
	text_init(&out);
	json_begin(&json, &out);
	json_open_object(&json, NULL);
	json_open_list(&json, "strings");
	for (at = 0; at < size; at += strlen(bytes + at) + 1) {
		json_new_line(&json);
		json_string(&json, NULL, bytes + at);
	}
	json_close_list(&json);
	json_open_list(&json, "decimals");
	for (i = 1; i < argc; i++)
		json_decimal(&json, NULL, argv[i]);
	json_close_list(&json);
	json_open_object(&json, "empty \"object\"\n");
	json_close_object(&json);
	json_string(&json, "no string", NULL);
	json_known(&json, "unknown", false, 1);
	json_known(&json, "least", true, LLONG_MIN);
	json_bool(&json, "yes", true);
	json_bool(&json, "no", false);
	json_close_object(&json);
	free(bytes);
	return json_print(&out) ? 0 : 1;
}
