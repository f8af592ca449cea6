/*
 * The options of a program as settings in a file: by their keywords, below what
 * the variables and the command line say.
 */
#ifndef SETTING_H
#define SETTING_H

#include "shared/option.h"

/* What a line of the file means to the program. */
enum setting_status {
	SETTING_TAKEN, /* also where something else counts more */
	SETTING_UNKNOWN, /* no such keyword */
	SETTING_BAD, /* allowed[] tells what it takes */
};

/*
 * Sets the option of that keyword, unless the file, a variable or the command
 * line has set it before; where it does not count (the lines of another host),
 * it only looks whether the value is a good one. A switch takes yes and no. The
 * value of a text has to stay where it is.
 */
enum setting_status setting_take(const struct option_table *table,
    void *options, const char *keyword, const char *value, size_t line,
    bool counts, char allowed[OPTION_ALLOWED_MAX]);

/*
 * Prints each setting on stdout, with its value and where that comes from: the
 * default, a line of that file, a variable, or an option.
 */
void setting_print(
    const struct option_table *table, const void *options, const char *file);

#endif
