#include "base/number.h"

#include <limits.h>
#include <string.h>

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

size_t
number_write(char *to, unsigned long long number, unsigned int base)
{
	char digits[NUMBER_SIZE], *at = digits + sizeof(digits);
	size_t length;

	do
		*--at = "0123456789abcdef"[number % base];
	while ((number /= base) > 0);
	length = (size_t)(digits + sizeof(digits) - at);
	memcpy(to, at, length);
	to[length] = '\0';
	return length;
}
