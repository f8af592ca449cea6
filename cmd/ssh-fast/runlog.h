/* --log: one line for each run, to a file or to the system's log. */
#ifndef RUNLOG_H
#define RUNLOG_H

#include "ssh-fast/run.h"

/*
 * Notes that the session could be asked for at this moment, which the line
 * tells. Nothing without --log.
 */
void runlog_note_start(struct run *run);

/*
 * Writes the line of this run, in one call, unless it is written already: how
 * it started (null: as it is known, "none" where it did not), why, and its exit
 * status (-1: another program takes over, and it is not known). Nothing without
 * --log. A log that cannot be written is no trouble of the run: --verbose tells
 * of it.
 */
void runlog_write(
    struct run *run, const char *start, const char *reason, int status);

#endif
