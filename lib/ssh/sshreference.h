/* What a setting of ssh depends on beyond its own text. */
#ifndef SSHREFERENCE_H
#define SSHREFERENCE_H

#include "ssh/sshconfig.h"

#include <stddef.h>

/*
 * Examines one setting of a file or of -o. It adds the variables in the value
 * ($NAME or ${NAME}), and notes whether the value depends on the working
 * directory or on name resolution. A needless note only splits a pool.
 */
void sshreference_note(struct sshconfig *config, const char *keyword,
    const char *value, size_t length);

/*
 * Whether the string contains the value of a noted variable that may be a
 * secret.
 */
bool
sshreference_holds_value(const struct sshconfig *config, const char *string);

#endif
