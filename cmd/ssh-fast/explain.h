/* ssh-fast --explain: what would be done and why, on stdout. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "ssh-fast/run.h"

/*
 * Print the decision and the command that would run. Return the exit status:
 * 0, or EXIT_OWN_ERROR after a message where stdout could not be written.
 */
int explain_plain(const struct run *run, const char *reason);
int explain_lease(struct run *run);

#endif
