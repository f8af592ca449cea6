/* What the user gets to read: "ssh-fast: cannot VERB OBJECT: reason". */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "failure.h"

/* Prints one line on stderr, in one write, behind the program's name. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "cannot VERB PATH: reason", for anything the library reports. */
void message_failure(const struct failure *failure);

#endif
