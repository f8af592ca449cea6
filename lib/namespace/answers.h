/*
 * The latest answers of servers, below ROOT, for all processes of the user. A
 * server counts connections without a login, and locks out their address. So
 * one question serves all processes.
 */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "base/text.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stdint.h>

#define ANSWERS_FOLDER "health"

enum {
	ANSWERS_NAME_SIZE = 24, /* a letter and 132 bits, with its NUL */
	/* How long an answer is valid. */
	ANSWERS_FRESH_MS = 10000,
	/* An answer is shorter. */
	ANSWERS_LINE_MAX = 16384,
};

struct answers {
	int fd; /* ROOT/ANSWERS_FOLDER, or -1: there is none */
	uid_t owner;
};

/*
 * Opens the folder, and makes it with create. Returns 0, or -1 with *failure.
 */
int answers_open(struct answers *answers, const struct namespace_root *root,
    bool create, struct failure *failure);
void answers_close(struct answers *answers);

/*
 * The name of the answer of the server at this numeric address and port. detail
 * separates questions that differ.
 */
void answers_name(char name[ANSWERS_NAME_SIZE], const char *address, int port,
    const char *detail);

/*
 * Opens and locks what is kept under that name, making it where missing. Who
 * has the lock may ask the server; closing the descriptor lets it go. Returns
 * the descriptor, close-on-exec and the caller's, or -1 with errno
 * (EWOULDBLOCK: somebody else has the lock).
 */
int answers_lock(const struct answers *answers, const char *name);

/*
 * Adds the last answer, a line without its newline, to the empty text. *age_ms
 * is how long ago it was written. False where there is none, or its age makes
 * no sense.
 */
bool answers_read(int fd, struct text *line, int64_t *age_ms);

/* Keeps the line, which has no newline, as the last answer. 0, or -1, errno. */
int answers_write(int fd, const char *line);

/*
 * Notes that a login at that address has worked just now, and tells how long
 * ago the last one did. -1 where none is known of.
 */
void answers_note_login(
    const struct answers *answers, const char *address, int port);
int64_t answers_login_age_ms(
    const struct answers *answers, const char *address, int port);

/*
 * Tells others that a login to that host and port, as ssh -G has them, is under
 * way until the descriptor is closed. Returns it, close-on-exec and the
 * caller's, or -1 with errno.
 */
int answers_begin_login(
    const struct answers *answers, const char *hostname, int port);
bool answers_has_login_under_way(
    const struct answers *answers, const char *hostname, int port);

/*
 * Whether that is the name of something kept that serves nobody any more: to be
 * looked at again under its lock, and removed. 1 it was removed, 0 not, -1 with
 * errno. With dry_run it stays and counts as removed.
 */
int
answers_sweep(const struct answers *answers, const char *name, bool dry_run);

#endif
