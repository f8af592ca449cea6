#include "namespace.h"

#include "deadline.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* How long somebody may take to remove a namespace that we want to enter. */
enum { REMOVAL_WAIT_MS = 100 };

static bool
writable_by_others(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/*
 * Looks at every folder on the way from "/" down. Once one is known to be
 * closed to others, the names in it cannot change their meaning behind our
 * back, so walking by path is safe from the top on. Returns 0; 1 when a
 * symbolic link is on the way; -1 with *failure. A missing last component is
 * 0, since the caller makes it.
 */
static int
check_folders_above(const char *path, uid_t owner, struct failure *failure)
{
	char prefix[PATH_MAX];
	const char *slash = path;
	struct stat st;
	size_t length;

	for (;;) {
		length = slash == path ? 1 : (size_t)(slash - path);
		memcpy(prefix, path, length);
		prefix[length] = '\0';
		if (lstat(prefix, &st) == -1)
			return failure_set(
			    failure, FAILURE_SYSTEM, "open", prefix, NULL);
		if (st.st_uid != 0 && st.st_uid != owner)
			return failure_set(
			    failure, FAILURE_OWNER, "trust", prefix, NULL);
		if (S_ISLNK(st.st_mode))
			return 1;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return failure_set(
			    failure, FAILURE_SYSTEM, "open", prefix, NULL);
		}
		if (writable_by_others(&st) && (st.st_mode & S_ISVTX) == 0)
			return failure_set(
			    failure, FAILURE_MODE, "trust", prefix, NULL);
		while (slash[1] == '/')
			slash++;
		if ((slash = strchr(slash + 1, '/')) == NULL)
			return 0;
	}
}

/* The path made absolute, without slashes at its end. */
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

/*
 * Replaces the symbolic links above the last component. The last one stays: a
 * link there is not followed.
 */
static int
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

/* A folder to open: its name below a parent, and whose it must be. */
struct folder {
	int parent_fd;
	const char *parent_path;
	const char *name;
	uid_t owner;
};

/*
 * Opens the folder without following a link and checks what came out of it;
 * forbidden are the permission bits it must not have. *opened, unless null,
 * tells what it is.
 */
static int
open_folder(const struct folder *folder, mode_t forbidden, struct stat *opened,
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
	else if ((st.st_mode & forbidden) != 0)
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

/* mkdir that heeds no umask: a folder we cannot enter ourselves is no use. */
static int
make_folder(int parent_fd, const char *name)
{
	if (mkdirat(parent_fd, name, 0700) == -1)
		return errno == EEXIST ? 0 : -1;
	return fchmodat(parent_fd, name, 0700, 0);
}

static int
open_or_make_folder(const struct folder *folder, bool create,
    struct stat *opened, struct failure *failure)
{
	struct failure first;
	int fd;

	fd = open_folder(folder, 077, opened, &first);
	if (fd == -1 && create && first.kind == FAILURE_SYSTEM &&
	    first.error == ENOENT) {
		if (make_folder(folder->parent_fd, folder->name) == -1)
			return failure_set(failure, FAILURE_SYSTEM, "create",
			    folder->parent_path, folder->name);
		return open_folder(folder, 077, opened, failure);
	}
	if (fd == -1 && failure != NULL)
		*failure = first;
	return fd;
}

/* ~/.ssh may be missing, as for a user that never ran ssh; ssh makes it too. */
static bool
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
	    make_folder(AT_FDCWD, folder) == 0;
}

int
namespace_root_open(struct namespace_root *root, const char *path, bool create,
    struct failure *failure)
{
	struct folder folder = {.parent_fd = AT_FDCWD};
	int links;

	root->fd = -1;
	root->owner = folder.owner = platform_effective_user();
	if (path[0] == '\0') {
		errno = ENOENT;
		return failure_set(failure, FAILURE_SYSTEM, "open", path, NULL);
	}
	if (make_absolute(path, root->path) == -1)
		return failure_set(failure, FAILURE_SYSTEM, "open", path, NULL);
	links = check_folders_above(root->path, root->owner, failure);
	if (links == -1 && create && failure->kind == FAILURE_SYSTEM &&
	    failure->error == ENOENT && make_dot_ssh(root->path))
		links = check_folders_above(root->path, root->owner, failure);
	if (links == -1)
		return -1;
	if (links == 1) {
		if (resolve_folders_above(root->path) == -1)
			return failure_set(
			    failure, FAILURE_SYSTEM, "open", root->path, NULL);
		if ((links = check_folders_above(
			 root->path, root->owner, failure)) == -1)
			return -1;
		if (links == 1)
			return failure_set(failure, FAILURE_SYMLINK, "trust",
			    root->path, NULL);
	}
	folder.name = root->path;
	root->fd = open_folder(&folder, S_IWGRP | S_IWOTH, NULL, failure);
	if (root->fd == -1 && create && failure->kind == FAILURE_SYSTEM &&
	    failure->error == ENOENT) {
		if (make_folder(AT_FDCWD, root->path) == -1)
			return failure_set(failure, FAILURE_SYSTEM, "create",
			    root->path, NULL);
		root->fd =
		    open_folder(&folder, S_IWGRP | S_IWOTH, NULL, failure);
	}
	return root->fd == -1 ? -1 : 0;
}

void
namespace_root_close(struct namespace_root *root)
{
	if (root->fd != -1)
		(void)close(root->fd);
	root->fd = -1;
}

int
namespace_name(const struct namespace_root *root, const char *text,
    size_t length, char name[DIGEST_LENGTH + 1], struct failure *failure)
{
	/* "/" NS "/c/" LEASE */
	const size_t around = 1 + 3 + NAMESPACE_LEASE_NAME_LENGTH;
	size_t root_length = strlen(root->path);

	if (strstr(root->path, "${") != NULL)
		return failure_set(
		    failure, FAILURE_UNSPEAKABLE, "use", root->path, NULL);
	digest_base64(text, length, name);
	if (root_length + around + DIGEST_LENGTH <= NAMESPACE_SOCKET_PATH_MAX)
		return 0;
	name[DIGEST_SHORT_LENGTH] = '\0';
	if (root_length + around + DIGEST_SHORT_LENGTH <=
	    NAMESPACE_SOCKET_PATH_MAX)
		return 0;
	if (failure != NULL) {
		failure->length = root_length;
		failure->limit =
		    NAMESPACE_SOCKET_PATH_MAX - around - DIGEST_SHORT_LENGTH;
	}
	errno = ENAMETOOLONG;
	return failure_set(failure, FAILURE_TOO_LONG, "use", root->path, NULL);
}

void
namespace_path(const struct namespace_root *root, const char *name,
    char path[NAMESPACE_PATH_MAX + 1])
{
	size_t root_length = strlen(root->path), length = strlen(name);

	path[0] = '\0';
	/* Never so: namespace_name() has seen that it fits. */
	if (root_length + 1 + length > NAMESPACE_PATH_MAX)
		return;
	memcpy(path, root->path, root_length);
	path[root_length] = '/';
	memcpy(path + root_length + 1, name, length + 1);
}

/*
 * Takes the shared lock and then makes sure that the folder is still the one
 * that the name means: between open and lock a remover, which holds the
 * exclusive lock, may have moved it away. 1 held; 0 try again; -1 *failure.
 */
static int
lock_against_removal(int fd, const struct stat *opened,
    const struct namespace_root *root, const char *name,
    struct failure *failure)
{
	struct stat named;

	if (flock(fd, LOCK_SH | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK || errno == EINTR)
			return 0;
		return failure_set(
		    failure, FAILURE_SYSTEM, "lock", root->path, name);
	}
	return fstatat(root->fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    opened->st_ino == named.st_ino && opened->st_dev == named.st_dev;
}

static int
open_and_lock(const struct namespace_root *root, const char *name, bool create,
    struct failure *failure)
{
	const struct folder folder = {root->fd, root->path, name, root->owner};
	int64_t deadline_us = deadline_in_ms(REMOVAL_WAIT_MS);
	struct stat opened = {0};
	int fd, locked;

	for (;;) {
		fd = open_or_make_folder(&folder, create, &opened, failure);
		if (fd == -1)
			return -1;
		locked = lock_against_removal(fd, &opened, root, name, failure);
		if (locked == 1)
			return fd;
		(void)close(fd);
		if (locked == -1)
			return -1;
		if (deadline_left_ms(deadline_us) == 0)
			return failure_set(
			    failure, FAILURE_BUSY, "enter", root->path, name);
		deadline_sleep_us(500);
	}
}

int
namespace_open(struct namespace *ns, const struct namespace_root *root,
    const char *name, bool create, struct failure *failure)
{
	static const char *const names[] = {"c", "free", "used"};
	int *const fds[] = {&ns->sockets_fd, &ns->free_fd, &ns->used_fd};
	struct folder folder = {.parent_path = ns->path, .owner = root->owner};
	size_t i;

	ns->owner = root->owner;
	ns->sockets_fd = ns->free_fd = ns->used_fd = -1;
	if ((ns->fd = open_and_lock(root, name, create, failure)) == -1)
		return -1;
	(void)snprintf(ns->name, sizeof(ns->name), "%s", name);
	namespace_path(root, name, ns->path);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		folder.parent_fd = ns->fd;
		folder.name = names[i];
		*fds[i] = open_or_make_folder(&folder, create, NULL, failure);
		if (*fds[i] == -1)
			break;
	}
	if (ns->used_fd != -1)
		return 0;
	namespace_close(ns);
	return -1;
}

void
namespace_close(struct namespace *ns)
{
	int *const fds[] = {
	    &ns->used_fd, &ns->free_fd, &ns->sockets_fd, &ns->fd};
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] != -1)
			(void)close(*fds[i]);
		*fds[i] = -1;
	}
}

/* Errors that say what the file system is, not what state it is in now. */
static bool
is_for_good(int error)
{
	return error == EPERM || error == EOPNOTSUPP || error == ENOSYS ||
	    error == EINVAL || error == EXDEV || error == EMLINK ||
	    error == ENXIO;
}

int
namespace_can_hold_sockets(const struct namespace *ns, struct failure *failure)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	unsigned char random[8];
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1] = "t", linked[32];
	const char *verb = "bind";
	int fd, result = -1;

	if (platform_random(random, sizeof(random)) == -1)
		return failure_set(
		    failure, FAILURE_SYSTEM, "name", ns->path, "c");
	digest_encode_base64(random, sizeof(random), name + 1);
	(void)snprintf(linked, sizeof(linked), "%s.link", name);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/c/%s",
	    ns->path, name);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return failure_set(
		    failure, FAILURE_SYSTEM, "bind", ns->path, "c");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		verb = "hard-link a socket in";
		if (linkat(ns->sockets_fd, name, ns->sockets_fd, linked, 0) ==
		    0)
			result = 1;
	}
	if (result == -1) {
		(void)failure_set(failure, FAILURE_SYSTEM, verb, ns->path, "c");
		if (is_for_good(errno))
			result = 0;
	}
	(void)close(fd);
	(void)unlinkat(ns->sockets_fd, linked, 0);
	(void)unlinkat(ns->sockets_fd, name, 0);
	return result;
}

bool
namespace_is_lease_name(const char *name)
{
	return name[0] == 's' &&
	    strspn(name + 1,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_") == NAMESPACE_LEASE_NAME_LENGTH - 1 &&
	    name[NAMESPACE_LEASE_NAME_LENGTH] == '\0';
}
