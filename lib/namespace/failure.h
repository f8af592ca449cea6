/*
 * A failure, in parts. The library only tells which step failed, on which path
 * and why. failure_words.h has the words, so both can be tested separately.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>
#include <stddef.h>

enum failure_kind {
	FAILURE_NONE,
	FAILURE_SYSTEM, /* a system call: see error */
	FAILURE_OWNER, /* owned by a user who is not trusted there */
	FAILURE_MODE, /* open to other users */
	FAILURE_SYMLINK, /* a symbolic link where none is followed */
	FAILURE_FOREIGN, /* nothing that belongs into a namespace */
	FAILURE_TYPE, /* neither a directory nor a plain file, as wanted */
	FAILURE_TOO_LONG, /* the socket path would not fit: length, limit */
	FAILURE_UNSPEAKABLE, /* the path holds what ssh would expand */
	FAILURE_NO_SOCKETS, /* the file system cannot bind or link a socket */
	FAILURE_BOUND, /* the given text is that of another connection */
	FAILURE_BUSY, /* another process is removing the namespace, and takes long */
	FAILURE_MEMORY,
};

struct failure {
	enum failure_kind kind;
	int error; /* errno, for FAILURE_SYSTEM */
	const char *verb; /* what was tried: "open", "create", "lock" */
	size_t length, limit; /* for FAILURE_TOO_LONG, in bytes */
	char path[512]; /* on what; cut short where it is longer */
};

/*
 * Fills *f (may be null) with the failure of a verb on directory/name. Either
 * of the two may be null. Records errno and does not change it. Always returns
 * -1, so a caller can fail in one line.
 */
int failure_set(struct failure *f, enum failure_kind kind, const char *verb,
    const char *directory, const char *name);

/*
 * Whether another user may have caused the failure. Such a failure is reported
 * even without --verbose.
 */
bool failure_is_security(const struct failure *f);

#endif
