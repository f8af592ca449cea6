/* Numbers in text from users and other programs. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>

/*
 * Reads a whole decimal number: no sign, no blank, no other character. Returns
 * false for other text, or if the number is not from minimum to maximum.
 * *number is unchanged then.
 */
bool number_read(const char *text, int minimum, int maximum, int *number);

#endif
