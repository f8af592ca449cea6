#include "base/duration.h"

#include <limits.h>

/* Seconds; 0 for a letter that is no unit. */
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

/* False where there is no digit, or too many. */
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

bool
duration_read(const char *text, int minimum, int maximum, int *seconds)
{
	int sum = 0, number, unit;

	do {
		if (!read_digits(&text, &number))
			return false;
		unit = *text == '\0' ? 1 : unit_of(*text++);
		if (unit == 0 || number > (INT_MAX - sum) / unit)
			return false;
		sum += number * unit;
	} while (*text != '\0');
	if (sum < minimum || sum > maximum)
		return false;
	*seconds = sum;
	return true;
}
