#define _GNU_SOURCE
#include "platform/linux_sock_diag.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	NETLINK_SOCK_DIAG = 4,
	TYPE_ERROR = 2,
	TYPE_DONE = 3,
};
struct address {
	uint16_t family, pad;
	uint32_t port, groups;
};

static size_t
aligned(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

enum told { TOLD_ALL, TOLD_MORE, TOLD_FAILURE };

/* The messages of one read. */
static enum told
look_through(const char *bytes, size_t length, bool is_one,
    bool (*take)(void *context, const char *message, size_t length),
    void *context)
{
	struct sock_diag_header header;
	int32_t error;
	size_t at = 0;

	for (; at + sizeof(header) <= length; at += aligned(header.length)) {
		memcpy(&header, bytes + at, sizeof(header));
		errno = EPROTO;
		if (header.length < sizeof(header) ||
		    header.length > length - at)
			return TOLD_FAILURE;
		if (header.type == TYPE_ERROR) {
			if (header.length >= sizeof(header) + sizeof(error)) {
				memcpy(&error, bytes + at + sizeof(header),
				    sizeof(error));
				errno = error < 0 ? -error : EPROTO;
			}
			return TOLD_FAILURE;
		}
		if (header.type == TYPE_DONE ||
		    !take(context, bytes + at, header.length) || is_one)
			return TOLD_ALL;
	}
	return TOLD_MORE;
}

static enum told
ask(int fd, const void *question, size_t size,
    bool (*take)(void *context, const char *message, size_t length),
    void *context)
{
	const struct address kernel = {.family = AF_NETLINK};
	const struct sock_diag_header *header = question;
	char bytes[8192];
	enum told told = TOLD_MORE;
	ssize_t got;

	if (sendto(fd, question, size, 0, (const struct sockaddr *)&kernel,
		sizeof(kernel)) != (ssize_t)size)
		return TOLD_FAILURE;
	while (told == TOLD_MORE) {
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EPROTO;
		if (got <= 0)
			return TOLD_FAILURE;
		told = look_through(bytes, (size_t)got,
		    header->flags == SOCK_DIAG_ONE, take, context);
	}
	return told;
}

int
platform_ask_sockets(const void *question, size_t size,
    bool (*take)(void *context, const char *message, size_t length),
    void *context)
{
	enum told told;
	int fd, saved_errno;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd == -1)
		return -1;
	told = ask(fd, question, size, take, context);
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return told == TOLD_FAILURE ? -1 : 0;
}

const char *
platform_socket_attribute(const char *message, size_t length, size_t size,
    uint16_t type, size_t minimum)
{
	struct sock_diag_attribute attribute;
	size_t at = size;

	for (; at + sizeof(attribute) <= length;
	     at += aligned(attribute.length)) {
		memcpy(&attribute, message + at, sizeof(attribute));
		if (attribute.length < sizeof(attribute) ||
		    attribute.length > length - at)
			return NULL;
		if (attribute.type == type && attribute.length >= minimum)
			return message + at;
	}
	return NULL;
}
