#include "namespace/folder.h"

#include "namespace/usergroup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { MAKE_TRIES = 32 };

/* A group with only the owner opens the folder to no other user. */
static bool
is_open_to_others(const struct stat *st, mode_t forbidden)
{
	mode_t open = st->st_mode & forbidden;

	if ((open & S_IWGRP) != 0 &&
	    usergroup_is_private(st->st_gid, st->st_uid))
		open &= ~(mode_t)S_IWGRP;
	return open != 0;
}

int
folder_open(const struct folder *folder, mode_t forbidden, struct stat *opened,
    struct failure *failure)
{
	const char *parent_path = folder->parent_path, *name = folder->name;
	int parent_fd = folder->parent_fd;
	struct stat st;
	int fd;

	fd = openat(
	    parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1) {
		/* open(2): a link gives ENOTDIR here, or ELOOP elsewhere. */
		if ((errno == ENOTDIR || errno == ELOOP) &&
		    fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return failure_set(failure,
			    S_ISLNK(st.st_mode) ? FAILURE_SYMLINK
						: FAILURE_TYPE,
			    "trust", parent_path, name);
		return failure_set(
		    failure, FAILURE_SYSTEM, "open", parent_path, name);
	}
	if (fstat(fd, &st) == -1)
		(void)failure_set(
		    failure, FAILURE_SYSTEM, "open", parent_path, name);
	else if (st.st_uid != folder->owner)
		(void)failure_set(
		    failure, FAILURE_OWNER, "trust", parent_path, name);
	else if (is_open_to_others(&st, forbidden))
		(void)failure_set(
		    failure, FAILURE_MODE, "trust", parent_path, name);
	else {
		if (opened != NULL)
			*opened = st;
		return fd;
	}
	(void)close(fd);
	return -1;
}

/*
 * Sets the umask instead of a later chmod(2). chmod(2) would follow a link that
 * another user could put in its place.
 */
int
folder_make(int parent_fd, const char *name)
{
	mode_t inherited = umask(0);
	int result = mkdirat(parent_fd, name, 0700), saved_errno = errno;

	(void)umask(inherited);
	errno = saved_errno;
	return result == -1 && errno == EEXIST ? 0 : result;
}

/* Opens an existing folder. */
static int
open_closed(const struct folder *folder, enum folder_access access,
    struct stat *opened, struct failure *failure)
{
	int fd = folder_open(folder, S_IWGRP | S_IWOTH, opened, failure);

	if (fd == -1 || access == FOLDER_LOOK ||
	    (opened->st_mode & (S_IRWXG | S_IRWXO)) == 0 ||
	    fchmod(fd, S_IRWXU) == 0)
		return fd;
	(void)failure_set(failure, FAILURE_SYSTEM, "close to others",
	    folder->parent_path, folder->name);
	(void)close(fd);
	return -1;
}

/*
 * A sweep may remove the new empty folder before it is opened, so it is made
 * again. This happened in 2 of 940 runs beside a gc in a loop. If the parent is
 * gone, it fails.
 */
int
folder_open_own(const struct folder *folder, enum folder_access access,
    struct stat *opened, struct failure *failure)
{
	struct failure last;
	struct stat ignored;
	int tries, fd = -1;

	if (opened == NULL)
		opened = &ignored;
	for (tries = 0; tries < MAKE_TRIES; tries++) {
		fd = open_closed(folder, access, opened, &last);
		if (fd != -1 || access != FOLDER_MAKE ||
		    last.kind != FAILURE_SYSTEM || last.error != ENOENT)
			break;
		if (folder_make(folder->parent_fd, folder->name) == 0)
			continue;
		(void)failure_set(&last, FAILURE_SYSTEM, "create",
		    folder->parent_path, folder->name);
		if (errno != ENOENT)
			break;
	}
	if (fd == -1 && failure != NULL)
		*failure = last;
	if (fd == -1)
		errno = last.error;
	return fd;
}
