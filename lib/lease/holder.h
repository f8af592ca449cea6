/*
 * The line of the holder in a lock file. While the flock is held, only the
 * flock counts. The line is for people, and for the case that the keeper was
 * killed but its ssh lives.
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
	/* HOLDER_RELEASED: the orphans that the master has (orphans.h). */
	unsigned int orphans;
};

enum holder_state {
	HOLDER_GONE, /* ended, or there never was one */
	HOLDER_ALIVE,
	HOLDER_UNKNOWN, /* in another pid namespace, or hidden */
};

/*
 * Describes this process, which will become ssh. Returns 0, or -1 with errno.
 */
int holder_self(struct holder *holder);

/*
 * The line always has this length, padded with blanks, with its newline and
 * without a NUL. So one write replaces the old line, and needs no new block on
 * a full disk.
 */
enum { HOLDER_LINE_SIZE = 80 };
void holder_format(const struct holder *holder, char line[HOLDER_LINE_SIZE]);

/*
 * Reads a line that ends in a NUL. The result of a malformed line is
 * HOLDER_NONE.
 */
void holder_parse(struct holder *holder, const char *line);

/* Replaces the line, in one call. Returns 0, or -1 with errno. */
int holder_write(int lock_fd, const struct holder *holder);

/*
 * A fourth line, after that of age.h, tells the boot of the holder. It is
 * written before a master is started, and holds for all who use that master.
 * This reads such a line, which ends in a NUL.
 */
enum { HOLDER_BOOT_SIZE = 48 };
void holder_parse_boot(struct holder *holder, const char *line);

/* Writes the fourth line, or removes it if the boot is unknown. */
void holder_write_boot(int lock_fd);

/* Reads the lines. The result of malformed lines is HOLDER_NONE. */
void holder_read(int lock_fd, struct holder *holder);

/*
 * Whether the process lives: the one of this boot and pid that had started by
 * then. A zombie does not live.
 */
enum holder_state holder_state(const struct holder *holder);

#endif
