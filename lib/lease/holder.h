/*
 * The line in a lock file that tells who holds the lease. The flock is the
 * truth as long as it is held; the line is for the case that the keeper was
 * killed and took the lock with it while its ssh lives on, and for people.
 */
#ifndef HOLDER_H
#define HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

enum holder_kind {
	HOLDER_NONE, /* nothing written, or nothing that can be read */
	HOLDER_PROCESS,
	HOLDER_HUNG, /* nobody: the master did not answer, leave it alone */
	HOLDER_RELEASED, /* nobody: it was given back in order */
};

struct holder {
	enum holder_kind kind;
	pid_t pid;
	unsigned long long since_ticks; /* it had started by then */
	unsigned long long pid_space;
};

enum holder_state {
	HOLDER_GONE, /* ended, or there never was one */
	HOLDER_ALIVE,
	HOLDER_UNKNOWN, /* in another pid namespace, or /proc is not there */
};

/* Describes this process, which will become ssh. 0, or -1 with errno. */
int holder_self(struct holder *holder);

/*
 * The line is always that long, padded with blanks, with its newline and
 * without a NUL: one write replaces the line before, and needs no new block on
 * a full disk.
 */
enum { HOLDER_LINE_SIZE = 80 };
void holder_format(const struct holder *holder, char line[HOLDER_LINE_SIZE]);

/* Reads a line that ends in a NUL; garbled or none is HOLDER_NONE. */
void holder_parse(struct holder *holder, const char *line);

/* Writes the line over what is there, in one call. 0, or -1 with errno. */
int holder_write(int lock_fd, const struct holder *holder);

/* Reads the line; garbled or none is HOLDER_NONE. */
void holder_read(int lock_fd, struct holder *holder);

/*
 * Whether it plainly is a running process of the pid space of self: found out
 * in one system call, where holder_state() takes four. A zombie, or another
 * process of the same pid, may be taken for it.
 */
bool holder_is_running(const struct holder *holder, const struct holder *self);

/* Whether the process still lives; a zombie has gone. */
enum holder_state holder_state(const struct holder *holder);

#endif
