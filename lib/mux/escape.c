#include "mux/escape.h"

#include "mux/mux.h"

static const struct {
	unsigned char letter;
	enum escape_action action;
} actions[] = {
    {'.', ESCAPE_END},
    {'Z' - 64, ESCAPE_SUSPEND},
    {'&', ESCAPE_BACKGROUND},
    {'?', ESCAPE_HELP},
    {'C', ESCAPE_COMMAND_LINE},
    {'v', ESCAPE_LOUDER},
    {'V', ESCAPE_QUIETER},
};
/*
 * Escapes that the master handles: break, rekeying, list of channels. The last
 * one exists since 10.3.
 */
static const unsigned char passing[] = {'B', 'R', '#', 'I'};

void
escape_init(
    struct escape *escape, uint32_t character, escape_act *act, void *argument)
{
	escape->character = character;
	escape->is_line_start = true;
	escape->is_pending = false;
	escape->has_passed = false;
	escape->act = act;
	escape->argument = argument;
}

static bool
is_passing(unsigned char letter)
{
	size_t i;

	for (i = 0; i < sizeof(passing); i++)
		if (passing[i] == letter)
			return true;
	return false;
}

/* The letter after the escape character. Returns false to end the input. */
static bool
take_letter(struct escape *escape, unsigned char letter, unsigned char *output,
    size_t *made)
{
	size_t i;

	escape->is_pending = false;
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (actions[i].letter == letter)
			return escape->act(
			    escape->argument, actions[i].action, output, made);
	/*
	 * Two escape characters mean one. The master reads it this way too,
	 * after a newline. Before our first byte it may still be in the line of
	 * an earlier session.
	 */
	if (letter != escape->character || escape->has_passed)
		output[(*made)++] = (unsigned char)escape->character;
	output[(*made)++] = letter;
	escape->has_passed = true;
	if (!is_passing(letter))
		escape->is_line_start = letter == '\r' || letter == '\n';
	return true;
}

bool
escape_read(struct escape *escape, const unsigned char *input, size_t length,
    unsigned char *output, size_t *made)
{
	size_t i;

	*made = 0;
	for (i = 0; i < length; i++) {
		if (escape->is_pending) {
			if (!take_letter(escape, input[i], output, made))
				return false;
		} else if (escape->is_line_start &&
		    input[i] == escape->character) {
			escape->is_pending = true;
		} else {
			output[(*made)++] = input[i];
			escape->has_passed = true;
			escape->is_line_start =
			    input[i] == '\r' || input[i] == '\n';
		}
	}
	return true;
}
