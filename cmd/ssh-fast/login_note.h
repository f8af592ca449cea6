/*
 * What a login tells those who ask for the health of its server: that it is
 * under way, and that it has worked. Where that cannot be kept, nobody is told.
 */
#ifndef LOGIN_NOTE_H
#define LOGIN_NOTE_H

#include "ssh-fast/run.h"

/* Returns a descriptor to end the note with, close-on-exec, or -1. */
int login_note_begin(const struct run *run);

/* The login is over, and has not worked. */
void login_note_end(int note_fd);

/*
 * The login has left a master, which is asked for its pid: its connection tells
 * the address. Keeps what it finds out in run->lease.
 */
void login_note_worked(struct run *run, int note_fd);

#endif
