/*
 * Notes of a login for health checks of its server: that it is in progress, and
 * that it succeeded. If they cannot be stored, there are none.
 */
#ifndef LOGIN_NOTE_H
#define LOGIN_NOTE_H

#include "ssh-fast/run.h"

/* Returns a close-on-exec descriptor that ends the note, or -1. */
int login_note_begin(const struct run *run);

/* The login has failed. */
void login_note_end(int note_fd);

/*
 * The login has started a master. Asks it for its pid, since its connection has
 * the address. Keeps both in run->lease.
 */
void login_note_worked(struct run *run, int note_fd);

#endif
