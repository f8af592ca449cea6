/*
 * Files that a command mentions, and those that scripts among these mention:
 * what a program may go by that is not known.
 */
#ifndef TRAIL_H
#define TRAIL_H

#include "base/text.h"

#include <stdbool.h>

/*
 * A fact of a file that a program goes by. Its path is a word of a command,
 * which may be a secret.
 */
void trail_add_file(struct text *text, const char *path, const char *id);

/* Adds a fact for each file that the command leads to. */
void trail_add(struct text *text, const char *command);

/*
 * Whether the command, or a script that it mentions, looks at its parent, its
 * descriptors or other processes: run by another ssh it would see others.
 */
bool trail_looks_around(const char *command);

#endif
