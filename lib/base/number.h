/* Numbers in text from users and other programs. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads a whole decimal number: no sign, no blank, no other character. Returns
 * false for other text, or if the number is not from minimum to maximum.
 * *number is unchanged then.
 */
bool number_read(const char *text, int minimum, int maximum, int *number);

/*
 * Writes the number in that base (2 to 16) to the caller's NUMBER_SIZE bytes,
 * ended by a NUL, and returns how many digits there are. What printf(3) would
 * do for ten times the price.
 */
enum { NUMBER_SIZE = 65 };
size_t number_write(char *to, unsigned long long number, unsigned int base);

#endif
