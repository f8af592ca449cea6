/* What --explain prints of pools: the text, and other pools of the same host. */
#ifndef EXPLAIN_POOL_H
#define EXPLAIN_POOL_H

#include "ssh-fast/run.h"

/* Prints what is not ours, and may hold what steers a terminal. */
void explain_print(const char *string);

/* The lines of the namespace text; with --verbose, what each of them tells. */
void explain_pool_text(const struct run *run);

/*
 * The other pools of the same user, host and port, and the lines that differ:
 * why this run is cold beside them. Nothing where there is none.
 */
void explain_pool_others(const struct run *run);

#endif
