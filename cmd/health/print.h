/* What ssh-fast-health has found out, in words. */
#ifndef HEALTH_PRINT_H
#define HEALTH_PRINT_H

#include "health/crowd.h"

#include <stdbool.h>
#include <stddef.h>

enum print_format { PRINT_LINES, PRINT_JSON, PRINT_FIELDS };

/* Prints them on stdout. False where it takes no more, or without memory. */
bool print_jobs(
    const struct crowd_job *jobs, size_t count, enum print_format format);

/* The exit status that the worst of them asks for. */
int print_exit_status(const struct crowd_job *jobs, size_t count);

#endif
