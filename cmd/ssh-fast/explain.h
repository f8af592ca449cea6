/* ssh-fast --explain: prints what a run would do, and why. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "ssh-fast/run.h"

/*
 * Print the decision and the command. Return the exit status: 0, or
 * EXIT_OWN_ERROR after a message if stdout fails.
 */
int explain_plain(const struct run *run, const char *reason);
int explain_lease(struct run *run);

#endif
