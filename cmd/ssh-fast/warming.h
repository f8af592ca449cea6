/* --warm and --stop: masters are brought up, or end, and nothing is run. */
#ifndef WARMING_H
#define WARMING_H

#include "ssh-fast/run.h"

/* Whether the run is one of the two. */
bool warming_is_asked_for(const struct run *run);

/*
 * Logs in until --warm leases with a master are there at once, and leaves them
 * free. The first login may ask questions. The pool is open. Returns the exit
 * status.
 */
int warming_start(struct run *run);

/*
 * Tells all masters of the pool to stop: idle ones end, others when their last
 * session does. Returns the exit status.
 */
int warming_stop(struct run *run);

/* Says why neither can be done. Returns the exit status. */
int warming_fail(const struct run *run, const char *reason);

#endif
