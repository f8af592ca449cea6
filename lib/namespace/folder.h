/* Folders that are opened without following links, and checked once open. */
#ifndef FOLDER_H
#define FOLDER_H

#include "namespace/failure.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* A folder to open: its name below a parent, and whose it must be. */
struct folder {
	int parent_fd;
	const char *parent_path;
	const char *name;
	uid_t owner;
};

/*
 * Opens the folder without following a link and checks what came out of it:
 * the owner, and that it has none of the forbidden permission bits. *opened,
 * unless null, tells what it is. Returns a descriptor, close-on-exec and the
 * caller's, or -1 with *failure (not null).
 */
int folder_open(const struct folder *folder, mode_t forbidden,
    struct stat *opened, struct failure *failure);

enum folder_access {
	FOLDER_LOOK, /* leave it as it is */
	FOLDER_CLOSE, /* close it to others who can read it */
	FOLDER_MAKE, /* the same, and make it where it is missing */
};

/*
 * The same for a folder of our own, which nobody else may write to. One that
 * others can read holds nothing of theirs: a peer with a usual umask makes such
 * folders.
 */
int folder_open_own(const struct folder *folder, enum folder_access access,
    struct stat *opened, struct failure *failure);

/*
 * Makes a folder with mode 0700 whatever the umask: one that we cannot enter
 * ourselves is no use. 0, also where there was one; or -1 with errno.
 */
int folder_make(int parent_fd, const char *name);

#endif
