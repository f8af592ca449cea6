/* What a run comes to, for ssh-fast-ls --stats. */
#ifndef COUNTING_H
#define COUNTING_H

#include "ssh-fast/run.h"

/* Of a run that can ask for its session now, cold where it has logged in. */
struct counters_run counting_session(const struct run *run);

/* Counts a run of plain ssh, where its namespace is open. */
void counting_plain(const struct run *run, enum counter reason);

/*
 * Counts the session that the native client has opened: meanwhile the server
 * is at work, and nobody waits for this process. Does not wait itself: false
 * where another run is just counting, and it is to be done in the end.
 */
bool counting_opened(const struct run *run);
void counting_ended(const struct run *run);

#endif
