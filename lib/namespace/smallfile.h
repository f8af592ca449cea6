/*
 * Small files that are read and written as a whole. A file is replaced in one
 * step, so a reader sees the old or the new content.
 */
#ifndef SMALLFILE_H
#define SMALLFILE_H

#include "base/text.h"
#include "namespace/failure.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* The folder and name of the file. */
struct smallfile_place {
	int folder_fd;
	const char *folder_path; /* for messages */
	const char *name;
	uid_t owner; /* no file of another user is trusted */
};

struct smallfile {
	char
	    *content; /* ended by a NUL, the only one; it may be written over */
	time_t written; /* when, by the clock of the file system */
	char storage[2048]; /* where it lies, if it fits */
};

enum smallfile_status {
	SMALLFILE_FOUND,
	SMALLFILE_NONE,
	SMALLFILE_GARBLED, /* too large, or with a NUL in it */
	SMALLFILE_FAILED, /* *failure says why; not to be replaced */
};

/* Reads the file. After FOUND the caller calls smallfile_free(). */
enum smallfile_status smallfile_read(struct smallfile *file,
    const struct smallfile_place *place, struct failure *failure);
void smallfile_free(struct smallfile *file);

/*
 * Writes it to a temporary name, NAME.PID, and renames it. Returns 0, or -1
 * with errno, and leaves no file then.
 */
int smallfile_write(
    const struct smallfile_place *place, const struct text *content);

/* Whether this is a temporary name of the file prefix. */
bool smallfile_is_temporary(const char *name, const char *prefix);

#endif
