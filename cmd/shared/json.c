#include "shared/json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

void
json_begin(struct json *json, struct text *out)
{
	json->out = out;
	json->needs_comma = false;
}

static uint32_t
code_point(const char *bytes, size_t length)
{
	/* The bits in the first byte of a character of this length. */
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = (unsigned char)bytes[0] & masks[length];
	size_t i;

	for (i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)bytes[i] & 0x3f);
	return point;
}

static void
add_escape(struct text *out, uint32_t unit)
{
	text_printf(out, "\\u%04x", (unsigned int)unit);
}

static void
add_character(struct text *out, const char *bytes, size_t length)
{
	uint32_t point = code_point(bytes, length);

	if (point == '"' || point == '\\')
		text_add(out, "\\");
	if (point >= ' ' && point < 0x7f) {
		text_add_bytes(out, bytes, 1);
	} else if (point < 0x10000) {
		add_escape(out, point);
	} else {
		/* A surrogate pair of UTF-16. */
		point -= 0x10000;
		add_escape(out, 0xd800 + (point >> 10));
		add_escape(out, 0xdc00 + (point & 0x3ff));
	}
}

static void
add_quoted(struct text *out, const char *bytes)
{
	size_t length;

	text_add(out, "\"");
	while (*bytes != '\0') {
		length = text_utf8_length(bytes);
		if (length > 0)
			add_character(out, bytes, length);
		else
			add_escape(out, 0xfffd);
		bytes += length > 0 ? length : 1;
	}
	text_add(out, "\"");
}

/* Writes the comma, newline and key before a value. */
static void
add_key(struct json *json, const char *key)
{
	if (json->needs_comma)
		text_add(json->out, ",");
	json->needs_comma = true;
	if (key == NULL)
		return;
	add_quoted(json->out, key);
	text_add(json->out, ":");
}

void
json_open_object(struct json *json, const char *key)
{
	add_key(json, key);
	text_add(json->out, "{");
	json->needs_comma = false;
}

void
json_open_list(struct json *json, const char *key)
{
	add_key(json, key);
	text_add(json->out, "[");
	json->needs_comma = false;
}

void
json_string(struct json *json, const char *key, const char *bytes)
{
	if (bytes == NULL) {
		json_null(json, key);
		return;
	}
	add_key(json, key);
	add_quoted(json->out, bytes);
}

void
json_known(struct json *json, const char *key, bool is_known, long long number)
{
	if (is_known)
		json_integer(json, key, number);
	else
		json_null(json, key);
}

void
json_integer(struct json *json, const char *key, long long number)
{
	add_key(json, key);
	text_printf(json->out, "%lld", number);
}

/* JSON has no 007, no "1." and no ".5". */
static bool
is_decimal(const char *digits)
{
	static const char any[] = "0123456789";
	size_t whole = strspn(digits, any), part;

	if (whole == 0 || (whole > 1 && digits[0] == '0'))
		return false;
	if (digits[whole] == '\0')
		return true;
	part = strspn(digits + whole + 1, any);
	return digits[whole] == '.' && part > 0 &&
	    digits[whole + 1 + part] == '\0';
}

void
json_decimal(struct json *json, const char *key, const char *digits)
{
	if (digits == NULL || !is_decimal(digits)) {
		json_null(json, key);
		return;
	}
	add_key(json, key);
	text_add(json->out, digits);
}

void
json_bool(struct json *json, const char *key, bool value)
{
	add_key(json, key);
	text_add(json->out, value ? "true" : "false");
}

void
json_null(struct json *json, const char *key)
{
	add_key(json, key);
	text_add(json->out, "null");
}

void
json_new_line(struct json *json)
{
	text_add(json->out, json->needs_comma ? ",\n" : "\n");
	json->needs_comma = false;
}

void
json_close_object(struct json *json)
{
	text_add(json->out, "}");
	json->needs_comma = true;
}

void
json_close_list(struct json *json)
{
	text_add(json->out, "]");
	json->needs_comma = true;
}

bool
json_print(struct text *out)
{
	bool ok = text_ok(out) && fputs(out->data, stdout) != EOF;

	text_free(out);
	return ok;
}
