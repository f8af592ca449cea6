#define _GNU_SOURCE
/*
 * Unix sockets: who is at the other end; and who is connected to one, told by the kernel: sock_diag(7). A name
 * alone proves nothing: any user can bind a socket of that name in a mount
 * namespace of their own, or as an abstract name. Device and inode do.
 */
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
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

/*
 * From netlink(7) and sock_diag(7): not every C library comes with the
 * kernel's headers.
 */
enum {
	NETLINK_SOCK_DIAG = 4,
	TYPE_ERROR = 2,
	TYPE_DONE = 3,
	TYPE_BY_FAMILY = 20,
	FLAGS_REQUEST_DUMP = 0x301,
	SHOW_VFS = 2,
	ATTRIBUTE_VFS = 1,
	STATE_ESTABLISHED = 1,
	KERNEL_MINOR_BITS = 20,
};
struct address {
	uint16_t family, pad;
	uint32_t port, groups;
};
struct header {
	uint32_t length;
	uint16_t type, flags;
	uint32_t sequence, port;
};
struct question {
	struct header header;
	uint8_t family, protocol;
	uint16_t pad;
	uint32_t states, inode, show, cookie[2];
};
struct answer {
	struct header header;
	uint8_t family, type, state, pad;
	uint32_t inode, cookie[2];
};
struct attribute {
	uint16_t length, type;
};
struct bound_file {
	struct attribute attribute;
	uint32_t inode, device;
};

/* The socket in question, as the kernel tells of it. */
struct wanted {
	uint32_t inode, device;
	/* Else stat(2) tells a device that is made up, as on btrfs. */
	bool has_device;
};

static size_t
aligned(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

static void
set_wanted(struct wanted *wanted, const struct stat *st)
{
	unsigned int major_number = major(st->st_dev);

	wanted->inode = (uint32_t)st->st_ino;
	wanted->has_device = major_number != 0;
	wanted->device = major_number << KERNEL_MINOR_BITS | minor(st->st_dev);
}

/* Whether that message, of so many bytes, tells of the wanted socket. */
static bool
is_wanted(const struct wanted *wanted, const char *message, size_t length)
{
	struct bound_file file;
	size_t at = sizeof(struct answer);

	for (; at + sizeof(file.attribute) <= length;
	     at += aligned(file.attribute.length)) {
		memcpy(&file, message + at, sizeof(file.attribute));
		if (file.attribute.length < sizeof(file.attribute))
			return false;
		if (file.attribute.type != ATTRIBUTE_VFS ||
		    at + sizeof(file) > length)
			continue;
		memcpy(&file, message + at, sizeof(file));
		if (file.inode != wanted->inode)
			return false;
		return wanted->has_device
		    ? file.device == wanted->device
		    : file.device >> KERNEL_MINOR_BITS == 0;
	}
	return false;
}

/* Asks for all connected sockets and the files that they are bound to. */
static bool
ask(int fd)
{
	const struct address kernel = {.family = AF_NETLINK};
	const struct question question = {
	    .header = {.length = sizeof(question),
		.type = TYPE_BY_FAMILY,
		.flags = FLAGS_REQUEST_DUMP},
	    .family = AF_UNIX,
	    .states = 1u << STATE_ESTABLISHED,
	    .show = SHOW_VFS,
	};

	return sendto(fd, &question, sizeof(question), 0,
		   (const struct sockaddr *)&kernel,
		   sizeof(kernel)) == (ssize_t)sizeof(question);
}

enum told { TOLD_YES, TOLD_NO, TOLD_MORE, TOLD_NOTHING };

/* What the messages of one read tell. */
static enum told
look_through(const struct wanted *wanted, const char *bytes, size_t length)
{
	struct header header;
	size_t at = 0;

	for (; at + sizeof(header) <= length; at += aligned(header.length)) {
		memcpy(&header, bytes + at, sizeof(header));
		if (header.length < sizeof(header) ||
		    header.length > length - at || header.type == TYPE_ERROR)
			return TOLD_NOTHING;
		if (header.type == TYPE_DONE)
			return TOLD_NO;
		if (is_wanted(wanted, bytes + at, header.length))
			return TOLD_YES;
	}
	return TOLD_MORE;
}

static enum told
ask_kernel(int fd, const struct wanted *wanted)
{
	char bytes[8192];
	enum told told = TOLD_MORE;
	ssize_t got;

	if (!ask(fd))
		return TOLD_NOTHING;
	while (told == TOLD_MORE) {
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return TOLD_NOTHING;
		told = look_through(wanted, bytes, (size_t)got);
	}
	return told;
}

/*
 * A line of /proc/net/unix: address, reference count, protocol, flags, type,
 * state (3: connected), inode, path. Both ends of a connection are listed, the
 * accepted one under the name of the listening socket: unix(7).
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
	/* Behind state and inode; an abstract name begins with "@". */
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
	struct wanted wanted;
	struct stat st;
	enum told told;
	int fd;

	if (lstat(path, &st) == -1)
		return false;
	set_wanted(&wanted, &st);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd == -1 &&
	    (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		errno == ENOBUFS))
		return true;
	told = fd != -1 ? ask_kernel(fd, &wanted) : TOLD_NOTHING;
	if (fd != -1)
		(void)close(fd);
	/* A sandbox may have no sock_diag, and /proc all the same. */
	return told == TOLD_NOTHING ? is_listed(path) : told == TOLD_YES;
}
