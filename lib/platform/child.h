/* Runs a helper program to its end, under a deadline. */
#ifndef CHILD_H
#define CHILD_H

#include "base/text.h"

#include <stdint.h>

/*
 * Runs argv[0], a path, with the environment of this process. Standard input is
 * the text input, at most 4096 bytes, which fit into any pipe; or /dev/null if
 * it is null. Standard output is added to output, or goes to /dev/null if it is
 * null. Standard error goes to /dev/null.
 *
 * Returns the exit status, or 128 + N after signal N; or -1 with errno.
 * ETIMEDOUT: the deadline passed, and the child and its children were killed.
 * E2BIG: more output than output_limit bytes. Other errors: it did not start.
 */
int child_run(char *const argv[], const char *input, struct text *output,
    size_t output_limit, int64_t deadline_us);

/*
 * The same with this descriptor, which stays the caller's, as standard input.
 */
int child_run_reading(char *const argv[], int input_fd, struct text *output,
    size_t output_limit, int64_t deadline_us);

/*
 * The same with standard input and output on /dev/null. Standard error is added
 * to complaints.
 */
int child_run_complaining(char *const argv[], struct text *complaints,
    size_t limit, int64_t deadline_us);

#endif
