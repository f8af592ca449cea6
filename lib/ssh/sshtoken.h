/* What ssh makes of ~, %h, ${NAME} and the like in the name of a file. */
#ifndef SSHTOKEN_H
#define SSHTOKEN_H

#include "base/text.h"

#include <stdbool.h>

/* What the tokens stand for, as ssh has resolved it. */
struct sshtoken_meaning {
	const char *home; /* "~" and %d */
	const char *host_as_typed; /* %n */
	const char *hostname; /* %h */
	const char *port; /* %p */
	const char *user; /* %r */
	const char *host_key_alias; /* %k; null: as %n */
};

/*
 * Adds the name to path, with all tokens in their meaning. False where it has
 * one that only ssh can tell (%C, %u, ~user, a variable that is not set).
 */
bool sshtoken_expand(struct text *path, const char *name,
    const struct sshtoken_meaning *meaning);

#endif
