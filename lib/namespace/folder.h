/* Opens folders without following links, and checks them after that. */
#ifndef FOLDER_H
#define FOLDER_H

#include "namespace/failure.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* A folder to open: its name in a parent, and its expected owner. */
struct folder {
	int parent_fd;
	const char *parent_path;
	const char *name;
	uid_t owner;
};

/*
 * Opens the folder without following a link, and checks it: the owner, and that
 * it has no forbidden permission. *opened, unless null, is its state. Returns a
 * close-on-exec descriptor, which the caller owns, or -1 with *failure (not
 * null).
 */
int folder_open(const struct folder *folder, mode_t forbidden,
    struct stat *opened, struct failure *failure);

enum folder_access {
	FOLDER_LOOK, /* leave it as it is */
	FOLDER_CLOSE, /* close it to others who can read it */
	FOLDER_MAKE, /* the same, and make it where it is missing */
};

/*
 * The same for a folder of this user that others cannot write to. Others may be
 * able to read it: programs with a usual umask make such folders.
 */
int folder_open_own(const struct folder *folder, enum folder_access access,
    struct stat *opened, struct failure *failure);

/*
 * Makes a folder with mode 0700 for any umask. Returns 0, even if it exists, or
 * -1 with errno.
 */
int folder_make(int parent_fd, const char *name);

#endif
