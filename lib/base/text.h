/*
 * A growing text. Adding never fails at the call: after a lack of memory the
 * text stays failed, and the user of the result calls text_ok() once.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data; /* always ends in a NUL that length does not count */
	size_t length;
	size_t size;
	bool is_borrowed; /* data is the caller's storage */
	bool failed;
};

/* Makes an empty text, without allocation. The caller calls text_free(). */
void text_init(struct text *t);

/*
 * The same, in storage of the caller until that is full. Most texts need no
 * allocation then, which saves system calls in a short program.
 */
void text_init_in(struct text *t, char *storage, size_t size);
void text_free(struct text *t);

void text_add(struct text *t, const char *string);
void text_add_bytes(struct text *t, const void *bytes, size_t length);
void text_printf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Adds the string with backslash and control bytes written as \xHH. It fits on
 * one line then.
 */
void text_add_escaped(struct text *t, const char *string);

/* The same for length bytes, and escapes one character more. */
void text_add_escaped_bytes(
    struct text *t, const char *bytes, size_t length, char also);

/*
 * The same for output to a terminal. Invalid UTF-8, and control characters
 * beyond ASCII, are escaped too.
 */
void text_add_printable(struct text *t, const char *string);

/* Adds "KEY: VALUE\n" with the value escaped, or nothing if value is null. */
void text_add_line(struct text *t, const char *key, const char *value);

/*
 * Makes room for this many bytes after the text and returns their place, or
 * null without memory. The caller fills it and adds to length.
 */
char *text_room(struct text *t, size_t bytes);

/* Undoes text_add_escaped() in place. Returns false if it is malformed. */
bool text_unescape(char *string);

/* The length in bytes of the UTF-8 character at the front, or 0. */
size_t text_utf8_length(const char *string);

/* Returns false after any lack of memory. The text must not be used then. */
bool text_ok(const struct text *t);

#endif
