/*
 * The escapes that a user types after a newline, such as "~.", in ssh's
 * meaning. Some need the connection, so they pass to the master.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum escape_action {
	ESCAPE_END, /* . */
	ESCAPE_SUSPEND, /* ^Z */
	ESCAPE_BACKGROUND, /* & */
	ESCAPE_HELP, /* ? */
	ESCAPE_COMMAND_LINE, /* C */
	ESCAPE_LOUDER, /* v */
	ESCAPE_QUIETER, /* V */
};

/*
 * Carries an action out. Returns false to end the input. *length bytes of
 * output come before the action, to keep the order with typed text. It may add
 * one byte.
 */
typedef bool escape_act(void *argument, enum escape_action action,
    unsigned char *output, size_t *length);

struct escape {
	uint32_t character; /* MUX_NO_ESCAPE_CHAR: everything passes */
	bool is_line_start; /* where an escape is one */
	bool is_pending; /* the escape character has come, and no more yet */
	bool has_passed; /* some byte, so that the master's state is known */
	escape_act *act;
	void *argument;
};

void escape_init(
    struct escape *escape, uint32_t character, escape_act *act, void *argument);

/*
 * Reads input and writes the bytes for the master to output. The output has
 * room for one byte more than the input, and may begin one byte before it in
 * the same buffer. *made is its length. Returns false if an action ended the
 * input; the rest is dropped.
 */
bool escape_read(struct escape *escape, const unsigned char *input,
    size_t length, unsigned char *output, size_t *made);

#endif
