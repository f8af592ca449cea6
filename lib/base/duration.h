/* Times as ssh takes them: "90", "10m", "1h30m". */
#ifndef DURATION_H
#define DURATION_H

#include <stdbool.h>

/*
 * Reads numbers with a unit behind each (s, m, h, d or w in either case; none
 * is seconds), which are added up. False where the text is anything else, or
 * the sum is not from minimum to maximum; *seconds stays as it is then.
 */
bool duration_read(const char *text, int minimum, int maximum, int *seconds);

/*
 * The same in milliseconds: a number without a unit is so many, and "ms" is a
 * unit as well ("500", "500ms", "2s").
 */
bool duration_read_ms(const char *text, int minimum, int maximum, int *ms);

#endif
