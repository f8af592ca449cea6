/* Times as ssh takes them: "90", "10m", "1h30m". */
#ifndef DURATION_H
#define DURATION_H

#include <stdbool.h>

/*
 * Reads numbers with units (s, m, h, d or w in either case; no unit is seconds)
 * and adds them up. Returns false if the text is something else or the sum is
 * not from minimum to maximum. *seconds is unchanged then.
 */
bool duration_read(const char *text, int minimum, int maximum, int *seconds);

/*
 * The same in milliseconds. A number without a unit is milliseconds, and "ms"
 * is a unit too ("500", "500ms", "2s").
 */
bool duration_read_ms(const char *text, int minimum, int maximum, int *ms);

#endif
