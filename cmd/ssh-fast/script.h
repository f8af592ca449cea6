/* Reading a shell script that stands in the place of ssh. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the script runs that program: its name, or a path that ends in it,
 * stands where a shell expects a command. A comment, or an argument of another
 * command, does not count. The bytes are the beginning of the script.
 */
bool script_runs(const char *bytes, size_t length, const char *program);

#endif
