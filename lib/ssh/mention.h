/* Files that a command, or the text of a script, mentions. */
#ifndef MENTION_H
#define MENTION_H

#include "base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The next piece between blanks, quotes and the like; at moves behind it. */
bool mention_next(const char **at, const char *end, char piece[PATH_MAX]);

/*
 * The path of the file that a piece names, as a shell would take it: absolute,
 * below "~" or $HOME, from the working directory on where it has a slash in it.
 * False where it is no path.
 */
bool mention_path(char path[PATH_MAX], const char *piece);

/* The path of the program of that name in PATH. False where there is none. */
bool mention_program(char path[PATH_MAX], const char *name);

/*
 * Reads a script: the whole of a file that is text and not too large. False
 * where it is none; else text_free() is owed.
 */
bool mention_read_script(struct text *script, const char *path);

#endif
