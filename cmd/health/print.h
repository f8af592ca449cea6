/* Prints the results of ssh-fast-health. */
#ifndef HEALTH_PRINT_H
#define HEALTH_PRINT_H

#include "health/crowd.h"

#include <stdbool.h>
#include <stddef.h>

enum print_format { PRINT_LINES, PRINT_JSON, PRINT_FIELDS };

/* Prints them on stdout. False if stdout fails, or without memory. */
bool print_jobs(
    const struct crowd_job *jobs, size_t count, enum print_format format);

/* The exit status for the worst result. */
int print_exit_status(const struct crowd_job *jobs, size_t count);

#endif
