/* The path of ssh-fast-health, which is not built everywhere. */
#ifndef HEALTH_PROGRAM_H
#define HEALTH_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* Beside this program, or the first in PATH. False if there is none. */
bool health_program_find(char path[PATH_MAX]);

#endif
