/* Patterns of ssh's files: only "*" and "?" are special. */
#ifndef WILDCARD_H
#define WILDCARD_H

#include <stdbool.h>

/* Whether the pattern matches the whole string. Case counts. */
bool wildcard_matches(const char *pattern, const char *string);

#endif
