/*
 * The terminal of a session. It is raw while the far side has a terminal, which
 * edits lines and turns keys into signals. After that it is restored.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <termios.h>

struct terminal {
	int fd;
	bool is_raw;
	struct termios before;
};

/*
 * Opens the terminal or pipe behind the descriptor again, with these flags, in
 * a file description of its own. So non-blocking does not affect other
 * processes. The caller owns the close-on-exec descriptor. Returns -1 with
 * errno if that is not allowed, as for a terminal of another user that sudo(8)
 * passed on and that is not the controlling one.
 */
int terminal_open_again(int fd, int flags);

/* Changes nothing yet. The descriptor stays the caller's. */
void terminal_init(struct terminal *terminal, int fd);

/* Returns 0, or -1 with errno and no change (ENOTTY: it is not a terminal). */
int terminal_make_raw(struct terminal *terminal);

/*
 * Restores the terminal. Does nothing if it is not raw, or if another program
 * uses it: this process is in the background, and the program in front has set
 * it up. Returns 0, or -1 with errno.
 */
int terminal_restore(struct terminal *terminal);

#endif
