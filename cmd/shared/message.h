/* What the user gets to read: "ssh-fast: cannot VERB OBJECT: reason". */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "namespace/failure.h"

#include <stddef.h>

/* Who speaks: a name that stays valid; "ssh-fast" until then. */
void message_set_program(const char *name);

/* Prints one line on stderr, in one write, behind the program's name. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "cannot VERB PATH: reason", for anything the library reports. */
void message_failure(const struct failure *failure);

#endif
