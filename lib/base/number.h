/* Numbers in what people and other programs write. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>

/*
 * Reads a whole number of decimal digits alone: no sign, no blank, nothing
 * behind. False where the text is anything else, or the number is not from
 * minimum to maximum; *number stays as it is then.
 */
bool number_read(const char *text, int minimum, int maximum, int *number);

#endif
