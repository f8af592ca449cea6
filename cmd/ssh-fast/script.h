/* Reads a shell script that runs in place of ssh. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the script runs this program: its name, or a path that ends in it, is
 * a command. Comments and arguments do not count. The bytes are the start of
 * the script.
 */
bool script_runs(const char *bytes, size_t length, const char *program);

#endif
