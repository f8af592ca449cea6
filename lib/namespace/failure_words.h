/* The words for what went wrong, apart from its causes. */
#ifndef FAILURE_WORDS_H
#define FAILURE_WORDS_H

#include "namespace/failure.h"

#include <stddef.h>

/* "cannot VERB PATH: reason", cut to size bytes. */
void failure_words_describe(
    const struct failure *failure, char *buffer, size_t size);

#endif
