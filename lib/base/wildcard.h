/* Patterns as ssh has them in its files: "*" and "?", and nothing else. */
#ifndef WILDCARD_H
#define WILDCARD_H

#include <stdbool.h>

/* Whether all of the string fits the pattern; capitals count. */
bool wildcard_matches(const char *pattern, const char *string);

#endif
