/*
 * The files that a command names, and those that scripts among them name. An
 * unknown program may depend on them.
 */
#ifndef TRAIL_H
#define TRAIL_H

#include "base/text.h"

#include <stdbool.h>

/*
 * Adds a fact for a file on which a program depends. Its path is a word of a
 * command, and may be a secret.
 */
void trail_add_file(struct text *text, const char *path, const char *id);

/* Adds a fact for each file that the command names. */
void trail_add(struct text *text, const char *command);

/*
 * Whether the command, or a script that it names, examines its parent, its
 * descriptors or other processes. Under another ssh it would see other ones.
 */
bool trail_looks_around(const char *command);

#endif
