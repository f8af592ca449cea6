#include "base/wildcard.h"

#include <stddef.h>

bool
wildcard_matches(const char *pattern, const char *string)
{
	/* Only the last star is tried again, so this is fast. */
	const char *star = NULL, *tried = NULL;

	while (*string != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			tried = string;
		} else if (*pattern == '?' || *pattern == *string) {
			pattern++;
			string++;
		} else if (star != NULL) {
			pattern = star + 1;
			string = ++tried;
		} else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
