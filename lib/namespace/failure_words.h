/* The words for a failure. */
#ifndef FAILURE_WORDS_H
#define FAILURE_WORDS_H

#include "namespace/failure.h"

#include <stddef.h>

/* "cannot VERB PATH: reason", cut off at size bytes. */
void failure_words_describe(
    const struct failure *failure, char *buffer, size_t size);

#endif
