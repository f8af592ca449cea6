/*
 * Small files of our own, each read and written as a whole: by nobody else, and
 * replaced in one step, so that a reader sees the one content or the other.
 */
#ifndef SMALLFILE_H
#define SMALLFILE_H

#include "base/text.h"
#include "namespace/failure.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* Where it lies. */
struct smallfile_place {
	int folder_fd;
	const char *folder_path; /* for messages */
	const char *name;
	uid_t owner; /* nobody else's file is trusted */
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

/* Reads the file; with FOUND smallfile_free() is owed. */
enum smallfile_status smallfile_read(struct smallfile *file,
    const struct smallfile_place *place, struct failure *failure);
void smallfile_free(struct smallfile *file);

/*
 * Writes it to a temporary name, NAME.PID, and renames it into place. 0, or -1
 * with errno and nothing left behind.
 */
int smallfile_write(
    const struct smallfile_place *place, const struct text *content);

/* Whether name is a temporary name for the file that prefix names. */
bool smallfile_is_temporary(const char *name, const char *prefix);

#endif
