#include "namespace/namespace.h"

#include "base/deadline.h"
#include "namespace/folder.h"
#include "platform/platform.h"

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

/* How long another process may take to remove a namespace. */
enum { REMOVAL_WAIT_MS = 100 };

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
	/* Impossible: namespace_name() has checked the length. */
	if (root_length + 1 + length > NAMESPACE_PATH_MAX)
		return;
	memcpy(path, root->path, root_length);
	path[root_length] = '/';
	memcpy(path + root_length + 1, name, length + 1);
}

/*
 * Takes the shared lock, then checks that the name still means this folder
 * (R8). A remover, which holds the exclusive lock, may have moved it away.
 * Returns 1 with the lock; 0 to try again; -1 with *failure.
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

static enum folder_access
folder_access(enum namespace_access access)
{
	switch (access) {
	case NAMESPACE_MAKE:
		return FOLDER_MAKE;
	case NAMESPACE_SWEEP:
		return FOLDER_CLOSE;
	case NAMESPACE_ENTER:
	case NAMESPACE_LOOK:
		break;
	}
	return FOLDER_LOOK;
}

static int
open_and_lock(const struct namespace_root *root, const char *name,
    enum namespace_access access, struct failure *failure)
{
	const struct folder folder = {root->fd, root->path, name, root->owner};
	int64_t deadline_us = deadline_in_ms(REMOVAL_WAIT_MS);
	struct stat opened = {0};
	int fd, locked;

	for (;;) {
		fd = folder_open_own(
		    &folder, folder_access(access), &opened, failure);
		if (fd == -1 || access == NAMESPACE_LOOK)
			return fd;
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

enum { PLACES = 3 };

int
namespace_open(struct namespace *ns, const struct namespace_root *root,
    const char *name, enum namespace_access access, struct failure *failure)
{
	struct namespace_place *const places[PLACES] = {
	    &ns->sockets, &ns->free, &ns->used};
	struct folder folder = {.parent_path = ns->path, .owner = root->owner};
	bool may_be_missing =
	    access == NAMESPACE_SWEEP || access == NAMESPACE_LOOK;
	size_t i;

	ns->owner = root->owner;
	ns->sockets = (struct namespace_place){-1, NAMESPACE_SOCKETS};
	ns->free = (struct namespace_place){-1, NAMESPACE_FREE};
	ns->used = (struct namespace_place){-1, NAMESPACE_USED};
	if ((ns->fd = open_and_lock(root, name, access, failure)) == -1)
		return -1;
	(void)snprintf(ns->name, sizeof(ns->name), "%s", name);
	namespace_path(root, name, ns->path);
	folder.parent_fd = ns->fd;
	for (i = 0; i < PLACES; i++) {
		folder.name = places[i]->name;
		places[i]->fd = folder_open_own(
		    &folder, folder_access(access), NULL, failure);
		if (places[i]->fd == -1 &&
		    !(may_be_missing && failure->kind == FAILURE_SYSTEM &&
			failure->error == ENOENT)) {
			namespace_close(ns);
			return -1;
		}
	}
	return 0;
}

void
namespace_close(struct namespace *ns)
{
	int *const fds[] = {
	    &ns->used.fd, &ns->free.fd, &ns->sockets.fd, &ns->fd};
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] != -1)
			(void)close(*fds[i]);
		*fds[i] = -1;
	}
}

/* The order of removal. They are made again in the reverse order. */
static const char *const removal_order[PLACES] = {
    NAMESPACE_FREE, NAMESPACE_USED, NAMESPACE_SOCKETS};

/*
 * Makes the first count folders again, since another program uses them. Does
 * not change errno.
 */
static void
put_back(const struct namespace *ns, size_t count)
{
	int saved_errno = errno;

	while (count-- > 0)
		(void)folder_make(ns->fd, removal_order[count]);
	errno = saved_errno;
}

/*
 * Removes the folders in a safe order. Without free/ and used/ no process can
 * hold a lease, and only a holder needs c/. Other programs may take no lock on
 * the namespace. rmdir(2) fails if they have made a file, and the folders are
 * made again then.
 */
static int
remove_folders(const struct namespace *ns)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (unlinkat(ns->fd, removal_order[i], AT_REMOVEDIR) == -1 &&
		    errno != ENOENT) {
			put_back(ns, i);
			return -1;
		}
	return 0;
}

int
namespace_remove(const struct namespace *ns, const struct namespace_root *root,
    struct failure *failure)
{
	struct stat opened, named;

	/* R8. flock(2): the conversion of a shared lock may lose it. */
	if (flock(ns->fd, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK
		    ? 0
		    : failure_set(
			  failure, FAILURE_SYSTEM, "lock", ns->path, NULL);
	if (fstat(ns->fd, &opened) == -1 ||
	    fstatat(root->fd, ns->name, &named, AT_SYMLINK_NOFOLLOW) == -1 ||
	    opened.st_ino != named.st_ino || opened.st_dev != named.st_dev)
		return 0;
	if (remove_folders(ns) == -1) {
		if (errno == ENOTEMPTY || errno == EEXIST)
			return 0;
		return failure_set(
		    failure, FAILURE_SYSTEM, "remove", ns->path, NULL);
	}
	if ((unlinkat(ns->fd, NAMESPACE_RECORD, 0) == -1 && errno != ENOENT) ||
	    (unlinkat(ns->fd, NAMESPACE_HINT, 0) == -1 && errno != ENOENT) ||
	    (unlinkat(ns->fd, NAMESPACE_VAIN, 0) == -1 && errno != ENOENT) ||
	    (unlinkat(ns->fd, NAMESPACE_COUNTERS, 0) == -1 &&
		errno != ENOENT) ||
	    unlinkat(root->fd, ns->name, AT_REMOVEDIR) == -1) {
		put_back(ns, PLACES);
		if (errno == ENOTEMPTY || errno == EEXIST)
			return 0;
		return failure_set(
		    failure, FAILURE_SYSTEM, "remove", ns->path, NULL);
	}
	return 1;
}

void
namespace_socket_path_in(
    const char *folder, const char *name, char *path, size_t size)
{
	(void)snprintf(path, size, "%s/" NAMESPACE_SOCKETS "/%s", folder, name);
}

void
namespace_socket_path(const struct namespace *ns, const char *name,
    char path[NAMESPACE_SOCKET_PATH_MAX + 1])
{
	namespace_socket_path_in(
	    ns->path, name, path, NAMESPACE_SOCKET_PATH_MAX + 1);
}

bool
namespace_has_socket(
    const struct namespace *ns, const char *name, struct timespec *used)
{
	struct stat st;

	if (fstatat(ns->sockets.fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno == ENOENT)
			return false;
		/*
		 * If it cannot be examined now it is not gone: its lock file
		 * stays.
		 */
		memset(&st, 0, sizeof(st));
	} else if (!S_ISSOCK(st.st_mode))
		return false;
	if (used != NULL)
		*used = st.st_mtim;
	return true;
}

enum namespace_entry
namespace_look_at(const struct namespace *ns, const char *name)
{
	struct stat st;

	if (fstatat(ns->sockets.fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? NAMESPACE_NOTHING : NAMESPACE_SOCKET;
	return S_ISSOCK(st.st_mode) && st.st_uid == ns->owner
	    ? NAMESPACE_SOCKET
	    : NAMESPACE_FOREIGN;
}

/* Errors that come from the kind of file system, not from its current state. */
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
		return failure_set(failure, FAILURE_SYSTEM, "name", ns->path,
		    ns->sockets.name);
	digest_encode_base64(random, sizeof(random), name + 1);
	(void)snprintf(linked, sizeof(linked), "%s.link", name);
	namespace_socket_path_in(
	    ns->path, name, address.sun_path, sizeof(address.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return failure_set(failure, FAILURE_SYSTEM, "bind", ns->path,
		    ns->sockets.name);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		verb = "hard-link a socket in";
		if (linkat(ns->sockets.fd, name, ns->sockets.fd, linked, 0) ==
		    0)
			result = 1;
	}
	if (result == -1) {
		(void)failure_set(
		    failure, FAILURE_SYSTEM, verb, ns->path, ns->sockets.name);
		if (is_for_good(errno))
			result = 0;
	}
	(void)close(fd);
	(void)unlinkat(ns->sockets.fd, linked, 0);
	(void)unlinkat(ns->sockets.fd, name, 0);
	return result;
}

/* Whether it consists of this many letters of base64url. */
static bool
is_base64(const char *string, size_t length)
{
	return strspn(string,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789-_") == length;
}

bool
namespace_is_lease_name(const char *name)
{
	return name[0] == 's' &&
	    is_base64(name + 1, NAMESPACE_LEASE_NAME_LENGTH - 1) &&
	    name[NAMESPACE_LEASE_NAME_LENGTH] == '\0';
}

bool
namespace_is_trial_name(const char *name)
{
	const char *end = name + NAMESPACE_LEASE_NAME_LENGTH;

	return name[0] == 't' &&
	    is_base64(name + 1, NAMESPACE_LEASE_NAME_LENGTH - 1) &&
	    (*end == '\0' || strcmp(end, ".link") == 0);
}

bool
namespace_is_folder_name(const char *name)
{
	size_t length = strlen(name);

	return (length == DIGEST_LENGTH || length == DIGEST_SHORT_LENGTH) &&
	    is_base64(name, length);
}
