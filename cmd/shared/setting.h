/*
 * The options of a program as settings in a file, by keyword. Variables and the
 * command line override them.
 */
#ifndef SETTING_H
#define SETTING_H

#include "shared/option.h"

/* The effect of a line of the file. */
enum setting_status {
	SETTING_TAKEN, /* also where something else counts more */
	SETTING_UNKNOWN, /* no such keyword */
	SETTING_BAD, /* allowed[] tells what it takes */
};

/*
 * Sets the option with this keyword, unless the file, a variable or the command
 * line has set it. If it does not apply (another host), only checks the value.
 * A switch takes yes and no. The value of a text must stay valid.
 */
enum setting_status setting_take(const struct option_table *table,
    void *options, const char *keyword, const char *value, size_t line,
    bool counts, char allowed[OPTION_ALLOWED_MAX]);

/*
 * Prints each setting on stdout with its value and source: the default, a line
 * of the file, a variable, or an option.
 */
void setting_print(
    const struct option_table *table, const void *options, const char *file);

#endif
