/* Where ssh-fast-health is, which is not built everywhere. */
#ifndef HEALTH_PROGRAM_H
#define HEALTH_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* Beside this program, else the first in PATH. False where there is none. */
bool health_program_find(char path[PATH_MAX]);

#endif
