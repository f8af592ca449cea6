#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void
text_init(struct text *t)
{
	t->data = empty;
	t->length = 0;
	t->size = 0;
	t->is_borrowed = false;
	t->failed = false;
}

void
text_init_in(struct text *t, char *storage, size_t size)
{
	text_init(t);
	storage[0] = '\0';
	t->data = storage;
	t->size = size;
	t->is_borrowed = true;
}

void
text_free(struct text *t)
{
	if (t->size > 0 && !t->is_borrowed)
		free(t->data);
	text_init(t);
}

char *
text_room(struct text *t, size_t bytes)
{
	size_t wanted, size;
	char *data;

	if (t->failed || bytes > (size_t)-1 / 4 || t->length > (size_t)-1 / 4) {
		t->failed = true;
		return NULL;
	}
	wanted = t->length + bytes + 1;
	if (wanted > t->size) {
		size = t->size > 0 ? t->size : 512;
		while (size < wanted)
			size *= 2;
		data = realloc(
		    t->size > 0 && !t->is_borrowed ? t->data : NULL, size);
		if (data == NULL) {
			t->failed = true;
			return NULL;
		}
		if (t->is_borrowed)
			memcpy(data, t->data, t->length);
		data[t->length] = '\0';
		t->is_borrowed = false;
		t->data = data;
		t->size = size;
	}
	return t->data + t->length;
}

void
text_add_bytes(struct text *t, const void *bytes, size_t length)
{
	char *room = text_room(t, length);

	if (room == NULL)
		return;
	memcpy(room, bytes, length);
	room[length] = '\0';
	t->length += length;
}

void
text_add(struct text *t, const char *string)
{
	text_add_bytes(t, string, strlen(string));
}

void
text_printf(struct text *t, const char *format, ...)
{
	va_list arguments;
	size_t left = t->size - t->length;
	char *room;
	int length;

	/* Mostly it fits into what is there. */
	va_start(arguments, format);
	length = vsnprintf(t->size > 0 ? t->data + t->length : NULL,
	    t->size > 0 ? left : 0, format, arguments);
	va_end(arguments);
	if (length < 0 || (room = text_room(t, (size_t)length)) == NULL) {
		if (t->size > 0)
			t->data[t->length] = '\0';
		t->failed = true;
		return;
	}
	if (t->size > 0 && (size_t)length < left) {
		t->length += (size_t)length;
		return;
	}
	va_start(arguments, format);
	(void)vsnprintf(room, (size_t)length + 1, format, arguments);
	va_end(arguments);
	t->length += (size_t)length;
}

static void
add_hex(struct text *t, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";
	const char escaped[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};

	text_add_bytes(t, escaped, sizeof(escaped));
}

static bool
must_be_escaped(unsigned char byte)
{
	return byte < 0x20 || byte == 0x7f || byte == '\\';
}

void
text_add_escaped_bytes(
    struct text *t, const char *bytes, size_t length, char also)
{
	const char *end = bytes + length, *from = bytes;

	for (; bytes < end; bytes++) {
		unsigned char byte = (unsigned char)*bytes;

		if (!must_be_escaped(byte) && *bytes != also)
			continue;
		text_add_bytes(t, from, (size_t)(bytes - from));
		add_hex(t, byte);
		from = bytes + 1;
	}
	text_add_bytes(t, from, (size_t)(bytes - from));
}

void
text_add_escaped(struct text *t, const char *string)
{
	text_add_escaped_bytes(t, string, strlen(string), '\\');
}

size_t
text_utf8_length(const char *string)
{
	const unsigned char *bytes = (const unsigned char *)string;
	/* RFC 3629: what the first byte allows the second to be. */
	unsigned char low = 0x80, high = 0xbf;
	size_t length, i;

	if (bytes[0] < 0x80)
		return bytes[0] != '\0';
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	length = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (bytes[0] == 0xe0)
		low = 0xa0;
	else if (bytes[0] == 0xed)
		high = 0x9f;
	else if (bytes[0] == 0xf0)
		low = 0x90;
	else if (bytes[0] == 0xf4)
		high = 0x8f;
	if (bytes[1] < low || bytes[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

void
text_add_printable(struct text *t, const char *string)
{
	while (*string != '\0') {
		const unsigned char *bytes = (const unsigned char *)string;
		size_t length = text_utf8_length(string);
		/* U+0080 to U+009F control a terminal as ESC does. */
		bool is_control =
		    length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0;

		if (length == 0 || is_control || must_be_escaped(bytes[0])) {
			add_hex(t, bytes[0]);
			string++;
		} else {
			text_add_bytes(t, string, length);
			string += length;
		}
	}
}

void
text_add_line(struct text *t, const char *key, const char *value)
{
	if (value == NULL)
		return;
	text_add(t, key);
	text_add(t, ": ");
	text_add_escaped(t, value);
	text_add(t, "\n");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
text_unescape(char *string)
{
	char *to;
	int high, low;

	/* Mostly there is nothing to do. */
	if ((string = strchr(string, '\\')) == NULL)
		return true;
	to = string;
	while (*string != '\0') {
		if (*string != '\\') {
			*to++ = *string++;
			continue;
		}
		if (string[1] != 'x' || (high = hex_digit(string[2])) < 0 ||
		    (low = hex_digit(string[3])) < 0 || high + low == 0)
			return false;
		*to++ = (char)(high * 16 + low);
		string += 4;
	}
	*to = '\0';
	return true;
}

bool
text_ok(const struct text *t)
{
	return !t->failed;
}
