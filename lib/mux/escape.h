/*
 * The escapes that a user types behind a newline, "~." first of all, as ssh
 * reads them. Some need the connection and are the master's to carry out: they
 * pass, in the form in which the master reads them too.
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
 * Carries an action out. False: no more of the input is wanted. To keep what
 * is typed in order with the action, *length bytes of output are ready before
 * it, and it may add one more.
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
 * Reads input, and writes what the master is to get to output, which has room
 * for one byte more than there is input and may begin one byte before it in
 * the same buffer. *made gets the length of the output. False where an action
 * wanted no more: then the rest of the input is dropped.
 */
bool escape_read(struct escape *escape, const unsigned char *input,
    size_t length, unsigned char *output, size_t *made);

#endif
