/* What a setting of ssh's refers to beyond its own text. */
#ifndef SSHREFERENCE_H
#define SSHREFERENCE_H

#include "ssh/sshconfig.h"

#include <stddef.h>

/*
 * Looks at one setting, of a file or of -o: adds the variables that the value
 * refers to, as $NAME or ${NAME}, and notes a dependence on the working
 * directory, or on what names are found to mean. What is noted needlessly only
 * splits a pool.
 */
void sshreference_note(struct sshconfig *config, const char *keyword,
    const char *value, size_t length);

/*
 * Whether the string holds the value of a variable that was noted, and that
 * may be a secret.
 */
bool
sshreference_holds_value(const struct sshconfig *config, const char *string);

#endif
