/* Messages for the user: "ssh-fast: cannot VERB OBJECT: reason". */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "namespace/failure.h"

#include <stddef.h>

/* The name of the program, which stays valid; "ssh-fast" by default. */
void message_set_program(const char *name);

/* Prints one line on stderr, in one write, after the name of the program. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "cannot VERB PATH: reason", for a failure of the library. */
void message_failure(const struct failure *failure);

#endif
