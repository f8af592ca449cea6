#include "namespace/folder.h"
#include "namespace/namespace.h"
#include "namespace/usergroup.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; /* as the kernel has it */

/* A group with only the owner lets no other user write. */
static bool
writable_by_others(const struct stat *st, uid_t owner)
{
	if ((st->st_mode & S_IWOTH) != 0)
		return true;
	return (st->st_mode & S_IWGRP) != 0 &&
	    !usergroup_is_private(st->st_gid, owner);
}

/*
 * Belongs to root, or can only belong to root. In a user namespace, all
 * unmapped users, and so root, have the same number.
 */
static bool
belongs_to_root(const struct stat *st)
{
	return st->st_uid == 0 || platform_is_unmapped_user(st->st_uid);
}

/* Returns 0, 1 for a symbolic link, or -1 with *failure. */
static int
check_folder(const char *path, uid_t owner, struct failure *failure)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return failure_set(failure, FAILURE_SYSTEM, "open", path, NULL);
	if (st.st_uid != owner && !belongs_to_root(&st))
		return failure_set(failure, FAILURE_OWNER, "trust", path, NULL);
	if (S_ISLNK(st.st_mode))
		return 1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return failure_set(failure, FAILURE_SYSTEM, "open", path, NULL);
	}
	if (writable_by_others(&st, owner) && (st.st_mode & S_ISVTX) == 0)
		return failure_set(failure, FAILURE_MODE, "trust", path, NULL);
	return 0;
}

/*
 * Checks every folder from "/" down. If a folder is closed to others, the names
 * in it cannot change their meaning, so walking by path is safe. Returns 0,
 * even if the last component is missing, since the caller makes it; 1 for a
 * symbolic link, whose name ends at *link_length of the path; -1 with *failure.
 * The path is cut in place meanwhile.
 */
static int
check_folders_above(
    char *path, uid_t owner, size_t *link_length, struct failure *failure)
{
	char *slash = path;
	int result;

	for (;;) {
		size_t length = slash == path ? 1 : (size_t)(slash - path);
		char saved = path[length];

		path[length] = '\0';
		result = check_folder(path, owner, failure);
		path[length] = saved;
		*link_length = length;
		if (result != 0)
			return result;
		while (slash[1] == '/')
			slash++;
		if ((slash = strchr(slash + 1, '/')) == NULL)
			return 0;
	}
}

/* Makes the path absolute, without slashes at its end. */
static int
make_absolute(const char *path, char absolute[PATH_MAX])
{
	size_t length = 0;
	int written;

	if (path[0] != '/') {
		if (getcwd(absolute, PATH_MAX) == NULL)
			return -1;
		length = strlen(absolute);
	}
	written = snprintf(absolute + length, PATH_MAX - length, "%s%s",
	    length > 0 ? "/" : "", path);
	if (written < 0 || (size_t)written >= PATH_MAX - length) {
		errno = ENAMETOOLONG;
		return -1;
	}
	length += (size_t)written;
	while (length > 1 && absolute[length - 1] == '/')
		absolute[--length] = '\0';
	return 0;
}

/* Replaces the link at the start of path by its target. */
static int
replace_link(char path[PATH_MAX], const char *link)
{
	char target[PATH_MAX], replaced[PATH_MAX];
	ssize_t got = readlink(link, target, sizeof(target));
	int folder = (int)(strrchr(link, '/') - link) + 1, written = PATH_MAX;

	if (got == -1)
		return -1;
	if (got < PATH_MAX)
		written = snprintf(replaced, sizeof(replaced), "%.*s%.*s%s",
		    target[0] == '/' ? 0 : folder, path, (int)got, target,
		    path + strlen(link));
	if (written >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(path, replaced, (size_t)written + 1);
	return 0;
}

/*
 * Replaces every link in the path. Each link, and all folders through which it
 * leads, must be closed to others, or they could choose the target. Returns 1
 * if there was a link, 0 if none, -1 with *failure.
 */
static __attribute__((noinline)) int
follow_links_above(const char *path, uid_t owner, struct failure *failure)
{
	char followed[PATH_MAX], link[PATH_MAX];
	int links = 0, result;
	size_t length;

	(void)snprintf(followed, sizeof(followed), "%s", path);
	while ((result = check_folders_above(
		    followed, owner, &length, failure)) == 1) {
		(void)snprintf(
		    link, sizeof(link), "%.*s", (int)length, followed);
		if (++links > LINKS_MAX)
			errno = ELOOP;
		else if (replace_link(followed, link) == 0)
			continue;
		return failure_set(
		    failure, FAILURE_SYSTEM, "follow", link, NULL);
	}
	return result == 0 ? 1 : result;
}

/* The large buffers of this rare case are not in the frame of the others. */
static int
check_links_above(char *path, uid_t owner, struct failure *failure)
{
	size_t length;
	int result = check_folders_above(path, owner, &length, failure);

	return result == 1 ? follow_links_above(path, owner, failure) : result;
}

/*
 * Replaces the symbolic links above the last component, which is not followed.
 */
static __attribute__((noinline)) int
resolve_folders_above(char path[PATH_MAX])
{
	char resolved[PATH_MAX], last[PATH_MAX];
	char *slash = strrchr(path, '/');
	int written;

	(void)snprintf(last, sizeof(last), "%s", slash + 1);
	*slash = '\0';
	if (realpath(path[0] != '\0' ? path : "/", resolved) == NULL) {
		*slash = '/';
		return -1;
	}
	written = snprintf(path, PATH_MAX, "%s%s%s", resolved,
	    resolved[1] != '\0' ? "/" : "", last);
	if (written >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

/* ~/.ssh is missing if the user never ran ssh, which makes it too. */
static __attribute__((noinline)) bool
make_dot_ssh(const char *path)
{
	static const char dot_ssh[] = "/.ssh";
	char folder[PATH_MAX];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	if ((slash = strrchr(folder, '/')) == NULL)
		return false;
	*slash = '\0';
	return (size_t)(slash - folder) >= sizeof(dot_ssh) &&
	    strcmp(slash - (sizeof(dot_ssh) - 1), dot_ssh) == 0 &&
	    folder_make(AT_FDCWD, folder) == 0;
}

static int
open_as(struct namespace_root *root, uid_t owner, const char *path, bool create,
    struct failure *failure)
{
	struct folder folder = {.parent_fd = AT_FDCWD, .owner = owner};
	size_t length;
	int links;

	root->fd = -1;
	root->owner = owner;
	if (path[0] == '\0') {
		errno = ENOENT;
		return failure_set(failure, FAILURE_SYSTEM, "open", path, NULL);
	}
	if (make_absolute(path, root->path) == -1)
		return failure_set(failure, FAILURE_SYSTEM, "open", path, NULL);
	links = check_links_above(root->path, root->owner, failure);
	if (links == -1 && create && failure->kind == FAILURE_SYSTEM &&
	    failure->error == ENOENT && make_dot_ssh(root->path))
		links = check_links_above(root->path, root->owner, failure);
	if (links == -1)
		return -1;
	if (links == 1) {
		if (resolve_folders_above(root->path) == -1)
			return failure_set(
			    failure, FAILURE_SYSTEM, "open", root->path, NULL);
		if ((links = check_folders_above(
			 root->path, root->owner, &length, failure)) == -1)
			return -1;
		if (links == 1)
			return failure_set(failure, FAILURE_SYMLINK, "trust",
			    root->path, NULL);
	}
	folder.name = root->path;
	root->fd = folder_open(&folder, S_IWGRP | S_IWOTH, NULL, failure);
	if (root->fd == -1 && create && failure->kind == FAILURE_SYSTEM &&
	    failure->error == ENOENT) {
		if (folder_make(AT_FDCWD, root->path) == -1)
			return failure_set(failure, FAILURE_SYSTEM, "create",
			    root->path, NULL);
		root->fd =
		    folder_open(&folder, S_IWGRP | S_IWOTH, NULL, failure);
	}
	return root->fd == -1 ? -1 : 0;
}

int
namespace_root_open(struct namespace_root *root, const char *path, bool create,
    struct failure *failure)
{
	return open_as(root, platform_effective_user(), path, create, failure);
}

int
namespace_root_open_of_any(
    struct namespace_root *root, const char *path, struct failure *failure)
{
	uid_t owner = platform_effective_user();
	struct stat st;

	if (owner == 0 && lstat(path, &st) == 0)
		owner = st.st_uid;
	return open_as(root, owner, path, false, failure);
}

void
namespace_root_close(struct namespace_root *root)
{
	if (root->fd != -1)
		(void)close(root->fd);
	root->fd = -1;
}
