#include "namespace.h"

#include "deadline.h"
#include "folder.h"
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
		fd = folder_open_or_make(&folder, create, &opened, failure);
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
		*fds[i] = folder_open_or_make(&folder, create, NULL, failure);
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
