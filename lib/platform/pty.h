/*
 * A pseudo-terminal between the terminal of the user and a master. It gives the
 * master modes and a window size, and passes bytes on unchanged.
 */
#ifndef PTY_H
#define PTY_H

#include <stdbool.h>

/*
 * Opens one. *near_fd is the near side, non-blocking. *far_fd is the far side,
 * the terminal itself. Both are close-on-exec, and the caller owns them. It is
 * no controlling terminal. It gets the modes and window size of the terminal
 * like_fd, or usual modes and no size if like_fd is not a terminal. Returns 0,
 * or -1 with errno.
 */
int pty_open(int like_fd, int *near_fd, int *far_fd);

/* Lets bytes written to the near side pass unchanged. Returns 0 or -1. */
int pty_make_transparent(int near_fd);

/* Gives it the window size of this terminal. True if it had another one. */
bool pty_take_window(int near_fd, int like_fd);

/*
 * Tells the reader of the far side that this is the end of the input, without a
 * hangup. Returns 1; 0 if it has not read everything yet, so the caller tries
 * again later; -1 with errno if that is not possible.
 */
int pty_end_input(int near_fd);

#endif
