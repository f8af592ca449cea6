/* The files that a command or a script names. */
#ifndef MENTION_H
#define MENTION_H

#include "base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The next piece between blanks, quotes and similar characters. Moves *at past
 * it.
 */
bool mention_next(const char **at, const char *end, char piece[PATH_MAX]);

/*
 * The path of the file that a piece names, as a shell understands it: absolute,
 * below "~" or $HOME, or relative with a slash. False if it is not a path.
 */
bool mention_path(char path[PATH_MAX], const char *piece);

/* The path of the program in PATH. False if there is none. */
bool mention_program(char path[PATH_MAX], const char *name);

/*
 * Reads a script: a whole text file, if it is not too large. False if it is not
 * one; otherwise the caller calls text_free().
 */
bool mention_read_script(struct text *script, const char *path);

#endif
