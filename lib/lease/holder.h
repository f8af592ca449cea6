/*
 * The line in a lock file that tells who holds the lease. The flock is the
 * truth as long as it is held; the line is for the case that the keeper was
 * killed and took the lock with it while its ssh lives on, and for people.
 */
#ifndef HOLDER_H
#define HOLDER_H

#include "platform/platform.h"

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
	char boot[PLATFORM_BOOT_SIZE]; /* empty: not known */
};

enum holder_state {
	HOLDER_GONE, /* ended, or there never was one */
	HOLDER_ALIVE,
	HOLDER_UNKNOWN, /* in another pid namespace, or hidden */
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

/*
 * Of which boot the holder is stands in a fourth line, behind that of age.h:
 * it is written when a master is about to be started, and holds for all who use
 * that master. Reads such a line that ends in a NUL.
 */
enum { HOLDER_BOOT_SIZE = 48 };
void holder_parse_boot(struct holder *holder, const char *line);

/* Writes the fourth line. Where it cannot be had, there is none from then on. */
void holder_write_boot(int lock_fd);

/* Reads the lines; garbled or none is HOLDER_NONE. */
void holder_read(int lock_fd, struct holder *holder);

/*
 * Whether the process still lives: that of this boot and of that pid which had
 * started by then. A zombie has gone.
 */
enum holder_state holder_state(const struct holder *holder);

#endif
