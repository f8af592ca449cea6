#include "base/duration.h"

#include <limits.h>

enum { MS_IN_SECOND = 1000 };

/* Seconds of a unit; 0 for another letter. */
static int
unit_of(char letter)
{
	switch (letter) {
	case 's':
	case 'S':
		return 1;
	case 'm':
	case 'M':
		return 60;
	case 'h':
	case 'H':
		return 60 * 60;
	case 'd':
	case 'D':
		return 24 * 60 * 60;
	case 'w':
	case 'W':
		return 7 * 24 * 60 * 60;
	default:
		return 0;
	}
}

/*
 * Reads the unit at *text and moves *text past it. Returns it in seconds, or
 * with in_ms in milliseconds, or 0 if there is none.
 */
static int
read_unit(const char **text, bool in_ms)
{
	const char *at = *text;
	int unit;

	if (at[0] == '\0')
		return 1;
	if (in_ms && (at[0] == 'm' || at[0] == 'M') &&
	    (at[1] == 's' || at[1] == 'S')) {
		*text += 2;
		return 1;
	}
	++*text;
	unit = unit_of(at[0]);
	return in_ms ? unit * MS_IN_SECOND : unit;
}

/* Returns false if there is no digit or the number is too large. */
static bool
read_digits(const char **text, int *number)
{
	const char *at = *text;
	int digit;

	for (*number = 0; *at >= '0' && *at <= '9'; at++) {
		digit = *at - '0';
		if (*number > (INT_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	if (at == *text)
		return false;
	*text = at;
	return true;
}

static bool
read_sum(const char *text, bool in_ms, int minimum, int maximum, int *result)
{
	int sum = 0, number, unit;

	do {
		if (!read_digits(&text, &number))
			return false;
		unit = read_unit(&text, in_ms);
		if (unit == 0 || number > (INT_MAX - sum) / unit)
			return false;
		sum += number * unit;
	} while (*text != '\0');
	if (sum < minimum || sum > maximum)
		return false;
	*result = sum;
	return true;
}

bool
duration_read(const char *text, int minimum, int maximum, int *seconds)
{
	return read_sum(text, false, minimum, maximum, seconds);
}

bool
duration_read_ms(const char *text, int minimum, int maximum, int *ms)
{
	return read_sum(text, true, minimum, maximum, ms);
}
