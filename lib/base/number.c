#include "base/number.h"

#include <limits.h>

bool
number_read(const char *text, int minimum, int maximum, int *number)
{
	int value = 0, digit;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		digit = *text - '0';
		if (value > (INT_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < minimum || value > maximum)
		return false;
	*number = value;
	return true;
}
