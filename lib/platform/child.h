/* Runs a helper program (the real ssh) to its end, under a deadline. */
#ifndef CHILD_H
#define CHILD_H

#include "base/text.h"

#include <stdint.h>

/*
 * Runs argv[0], a path, with the environment of this process, standard error
 * on /dev/null, standard input from the bytes of input (null: /dev/null; at
 * most 4096 bytes, what any pipe takes without a reader) and, where output is
 * not null, standard output added to it, else on /dev/null.
 *
 * Returns the exit status, 128 + N after signal N; or -1 with errno: ETIMEDOUT
 * when the deadline passed (the child and what it started have been killed), E2BIG for more output
 * than output_limit bytes, or why it could not be started.
 */
int child_run(char *const argv[], const char *input, struct text *output,
    size_t output_limit, int64_t deadline_us);

/* The same, with that descriptor, which stays the caller's, as its input. */
int child_run_reading(char *const argv[], int input_fd, struct text *output,
    size_t output_limit, int64_t deadline_us);

/*
 * The same with standard input and output on /dev/null, and standard error
 * added to complaints.
 */
int child_run_complaining(char *const argv[], struct text *complaints,
    size_t limit, int64_t deadline_us);

#endif
