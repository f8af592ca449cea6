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
 * Opens and locks the answer of this name, and makes it if it is missing. The
 * process with the lock may ask the server. Closing the descriptor unlocks it.
 * Returns the close-on-exec descriptor, which the caller owns, or -1 with errno
 * (EWOULDBLOCK: another process has the lock).
 */
int answers_lock(const struct answers *answers, const char *name);

/*
 * Adds the last answer, a line without its newline, to the empty text. *age_ms
 * is its age. False if there is none, or its age is impossible.
 */
bool answers_read(int fd, struct text *line, int64_t *age_ms);

/*
 * Stores the line, without newline, as the last answer. Returns 0, or -1 with
 * errno.
 */
int answers_write(int fd, const char *line);

/*
 * Notes that a login at this address has succeeded now, and returns the age of
 * the last one. -1 if none is known.
 */
void answers_note_login(
    const struct answers *answers, const char *address, int port);
int64_t answers_login_age_ms(
    const struct answers *answers, const char *address, int port);

/*
 * Shows other processes that a login to this host and port, as ssh -G has them,
 * is in progress, until the descriptor is closed. Returns the close-on-exec
 * descriptor, which the caller owns, or -1 with errno.
 */
int answers_begin_login(
    const struct answers *answers, const char *hostname, int port);
bool answers_has_login_under_way(
    const struct answers *answers, const char *hostname, int port);

/*
 * Whether this is the name of an expired file. It checks again under the lock,
 * and removes it. Returns 1 if it was removed, 0 if not, -1 with errno. With
 * dry_run it stays and counts as removed.
 */
int
answers_sweep(const struct answers *answers, const char *name, bool dry_run);

#endif
