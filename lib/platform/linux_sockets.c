#define _GNU_SOURCE
/*
 * The processes at the ends of Unix sockets, by sock_diag(7). A name proves
 * nothing: any user can bind it in a mount namespace of their own, or as an
 * abstract name. Device and inode prove it.
 */
#include "platform/linux_sock_diag.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int
platform_peer_user(int socket_fd, uid_t *user)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return -1;
	*user = peer.uid;
	return 0;
}

enum {
	SHOW_VFS = 2,
	SHOW_PEER = 4,
	ATTRIBUTE_VFS = 1,
	ATTRIBUTE_PEER = 2,
	KERNEL_MINOR_BITS = 20,
	ANY_COOKIE = -1,
	DESCRIPTORS_MAX = 1024,
};
struct question {
	struct sock_diag_header header;
	uint8_t family, protocol;
	uint16_t pad;
	uint32_t states, inode, show, cookie[2];
};
struct answer {
	struct sock_diag_header header;
	uint8_t family, type, state, pad;
	uint32_t inode, cookie[2];
};
struct bound_file {
	struct sock_diag_attribute attribute;
	uint32_t inode, device;
};

/* The socket that is looked for, as the kernel describes it. */
struct wanted {
	uint32_t inode, device;
	/* stat(2) may return an artificial device, as on btrfs. */
	bool has_device;
	bool is_found;
};

static void
set_wanted(struct wanted *wanted, const struct stat *st)
{
	unsigned int major_number = major(st->st_dev);

	wanted->inode = (uint32_t)st->st_ino;
	wanted->has_device = major_number != 0;
	wanted->device = major_number << KERNEL_MINOR_BITS | minor(st->st_dev);
}

/* Whether the message, of this size, describes the wanted socket. */
static bool
is_wanted(const struct wanted *wanted, const char *message, size_t length)
{
	const char *attribute = platform_socket_attribute(message, length,
	    sizeof(struct answer), ATTRIBUTE_VFS, sizeof(struct bound_file));
	struct bound_file file;

	if (attribute == NULL)
		return false;
	memcpy(&file, attribute, sizeof(file));
	if (file.inode != wanted->inode)
		return false;
	return wanted->has_device ? file.device == wanted->device
				  : file.device >> KERNEL_MINOR_BITS == 0;
}

/* Stops when it is found. */
static bool
take_client(void *context, const char *message, size_t length)
{
	struct wanted *wanted = context;

	wanted->is_found = is_wanted(wanted, message, length);
	return !wanted->is_found;
}

/*
 * A line of /proc/net/unix: address, reference count, protocol, flags, type,
 * state (3: connected), inode, path. It lists both ends of a connection. The
 * accepted end has the name of the listening socket: unix(7).
 */
static bool
is_client_line(const char *line, const char *path)
{
	const size_t length = strlen(path);
	const char *at = line;
	int field;

	for (field = 0; field < 5; field++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	at += strspn(at, " ");
	if (strncmp(at, "03 ", 3) != 0)
		return false;
	/* After state and inode. An abstract name begins with "@". */
	at += 3 + strspn(at + 3, " ");
	at += strcspn(at, " ");
	at += strspn(at, " ");
	return strncmp(at, path, length) == 0 &&
	    (at[length] == '\0' || at[length] == '.');
}

static bool
is_listed(const char *path)
{
	char buffer[4096], *line, *end;
	size_t held = 0;
	ssize_t got;
	bool found = false;
	int fd;

	fd = openat(AT_FDCWD, "/proc/net/unix", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
	while (!found &&
	    (got = read(fd, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
		held += (size_t)got;
		buffer[held] = '\0';
		for (line = buffer; (end = strchr(line, '\n')) != NULL;
		     line = end + 1) {
			*end = '\0';
			if (is_client_line(line, path))
				found = true;
		}
		held -= (size_t)(line - buffer);
		memmove(buffer, line, held);
		if (held == sizeof(buffer) - 1)
			held = 0;
	}
	(void)close(fd);
	return found;
}

bool
platform_socket_has_clients(const char *path)
{
	/* All connected sockets, and the files to which they are bound. */
	const struct question question = {
	    .header = {.length = sizeof(question),
		.type = SOCK_DIAG_BY_FAMILY,
		.flags = SOCK_DIAG_ALL},
	    .family = AF_UNIX,
	    .states = 1u << SOCK_DIAG_ESTABLISHED,
	    .show = SHOW_VFS,
	};
	struct wanted wanted = {.is_found = false};
	struct stat st;

	if (lstat(path, &st) == -1)
		return false;
	set_wanted(&wanted, &st);
	if (platform_ask_sockets(
		&question, sizeof(question), take_client, &wanted) == 0)
		return wanted.is_found;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS)
		return true;
	/* A sandbox can lack sock_diag but have /proc. */
	return is_listed(path);
}

static bool
take_peer(void *context, const char *message, size_t length)
{
	struct {
		struct sock_diag_attribute attribute;
		uint32_t inode;
	} peer;
	const char *attribute = platform_socket_attribute(message, length,
	    sizeof(struct answer), ATTRIBUTE_PEER, sizeof(peer));

	if (attribute != NULL) {
		memcpy(&peer, attribute, sizeof(peer));
		*(uint32_t *)context = peer.inode;
	}
	return false;
}

/* The inode of the other end's socket, or 0. */
static uint32_t
peer_inode(int socket_fd)
{
	struct question question = {
	    .header = {.length = sizeof(question),
		.type = SOCK_DIAG_BY_FAMILY,
		.flags = SOCK_DIAG_ONE},
	    .family = AF_UNIX,
	    .states = 1u << SOCK_DIAG_ESTABLISHED,
	    .show = SHOW_PEER,
	    .cookie = {(uint32_t)ANY_COOKIE, (uint32_t)ANY_COOKIE},
	};
	uint32_t inode = 0;
	struct stat st;

	if (fstat(socket_fd, &st) == -1)
		return 0;
	question.inode = (uint32_t)st.st_ino;
	if (platform_ask_sockets(
		&question, sizeof(question), take_peer, &inode) == -1)
		return 0;
	return inode;
}

bool
platform_has_other_end(pid_t pid, int socket_fd)
{
	char path[64], target[64], wanted[64];
	uint32_t inode = peer_inode(socket_fd);
	ssize_t length;
	int fd;

	if (inode == 0)
		return false;
	(void)snprintf(wanted, sizeof(wanted), "socket:[%u]", inode);
	for (fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		(void)snprintf(
		    path, sizeof(path), "/proc/%ld/fd/%d", (long)pid, fd);
		length = readlink(path, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		if (strcmp(target, wanted) == 0)
			return true;
	}
	return false;
}
