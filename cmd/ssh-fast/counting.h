/* Counts runs for ssh-fast-ls --stats. */
#ifndef COUNTING_H
#define COUNTING_H

#include "ssh-fast/run.h"

/* Counts a run that is about to open its session; cold if it logged in. */
struct counters_run counting_session(const struct run *run);

/* Counts a run of plain ssh, if its namespace is open. */
void counting_plain(const struct run *run, enum counter reason);

/*
 * Counts a session of the native client while the server works, so no process
 * waits for it. False if another run is counting now: the caller counts at the
 * end then.
 */
bool counting_opened(const struct run *run);
void counting_ended(const struct run *run);

#endif
