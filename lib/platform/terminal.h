/*
 * The terminal of a session: raw while the far side has one, which edits lines
 * and makes signals of keys there, and as it was before ever after.
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
 * Opens the terminal or pipe behind the descriptor once more, for flags, in a
 * way of its own: non-blocking, which nobody else who has it open notices. The
 * descriptor, close-on-exec, is the caller's; -1 with errno where that is not
 * allowed, as for a terminal of another user's that sudo(8) has handed on and
 * that is not the controlling one.
 */
int terminal_open_again(int fd, int flags);

/* Nothing is changed yet; the descriptor stays the caller's. */
void terminal_init(struct terminal *terminal, int fd);

/* 0, or -1 with errno (ENOTTY: it is none), and it is as it was. */
int terminal_make_raw(struct terminal *terminal);

/*
 * Undoes it; does nothing where it is not raw, or is another program's now:
 * this process is in the background, and who is in front has set it up for
 * itself. 0, or -1 with errno.
 */
int terminal_restore(struct terminal *terminal);

#endif
