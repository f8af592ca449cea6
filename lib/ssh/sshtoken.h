/* Expands ~, %h, ${NAME} and other tokens of ssh in file names. */
#ifndef SSHTOKEN_H
#define SSHTOKEN_H

#include "base/text.h"

#include <stdbool.h>

/* The values of the tokens, as ssh has resolved them. */
struct sshtoken_meaning {
	const char *home; /* "~" and %d */
	const char *host_as_typed; /* %n */
	const char *hostname; /* %h */
	const char *port; /* %p */
	const char *user; /* %r */
	const char *host_key_alias; /* %k; null: as %n */
};

/*
 * Adds the name to path with all tokens expanded. False if only ssh can expand
 * one (%C, %u, ~user, a variable that is not set).
 */
bool sshtoken_expand(struct text *path, const char *name,
    const struct sshtoken_meaning *meaning);

#endif
