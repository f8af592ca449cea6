/*
 * A growing text. Adding never fails at the call: a text that ran out of
 * memory stays failed, and the one who uses the result asks text_ok() once.
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

/* An empty text, without allocation; text_free() it in the end. */
void text_init(struct text *t);

/*
 * The same, growing within storage of the caller's until that is full: most
 * texts never need an allocation, which costs a short program system calls.
 */
void text_init_in(struct text *t, char *storage, size_t size);
void text_free(struct text *t);

void text_add(struct text *t, const char *string);
void text_add_bytes(struct text *t, const void *bytes, size_t length);
void text_printf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Adds the string with backslash and control bytes written as \xHH, so that
 * it fits on one line whatever it holds.
 */
void text_add_escaped(struct text *t, const char *string);

/* The same of so many bytes, with one character more that is escaped. */
void text_add_escaped_bytes(
    struct text *t, const char *bytes, size_t length, char also);

/*
 * The same for what a terminal shall show: bytes that are no UTF-8, and
 * control characters beyond ASCII, are escaped too.
 */
void text_add_printable(struct text *t, const char *string);

/* "KEY: VALUE\n" with the value escaped; nothing where value is null. */
void text_add_line(struct text *t, const char *key, const char *value);

/*
 * Makes room for that many more bytes behind the text and returns where they
 * go, or null without memory; the caller fills it and adds to length.
 */
char *text_room(struct text *t, size_t bytes);

/* Undoes text_add_escaped() in place. False where it is garbled. */
bool text_unescape(char *string);

/* Bytes of the UTF-8 character at the front, 0 where it is none. */
size_t text_utf8_length(const char *string);

/* False after any lack of memory: then the text must not be used. */
bool text_ok(const struct text *t);

#endif
