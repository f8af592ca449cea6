/*
 * A pseudo-terminal between the user's terminal and a master: it shows the
 * master modes and a window, and carries bytes to it unchanged.
 */
#ifndef PTY_H
#define PTY_H

#include <stdbool.h>

/*
 * Opens one: *near_fd is its near side, non-blocking, *far_fd its far side,
 * the terminal proper. Both are close-on-exec and the caller's, and it is
 * nobody's controlling terminal. It gets the modes and the window of the
 * terminal like_fd; where that is none, ordinary modes and no window. 0, or -1
 * with errno.
 */
int pty_open(int like_fd, int *near_fd, int *far_fd);

/* From now on what is written to the near side passes unchanged. 0 or -1. */
int pty_make_transparent(int near_fd);

/* Gives it the window of that terminal. True where it had another one. */
bool pty_take_window(int near_fd, int like_fd);

/*
 * Tells the reader of the far side that this is the end of what was written,
 * without hanging up. 1; 0 where it has not read everything yet, so that it is
 * to be told later; -1 with errno where it cannot be told.
 */
int pty_end_input(int near_fd);

#endif
