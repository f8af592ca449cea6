/*
 * Asks the kernel about sockets: sock_diag(7) over netlink(7). Not every C
 * library has the headers of the kernel.
 */
#ifndef LINUX_SOCK_DIAG_H
#define LINUX_SOCK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SOCK_DIAG_BY_FAMILY = 20,
	SOCK_DIAG_ONE = 0x1, /* flags: about one socket */
	SOCK_DIAG_ALL = 0x301, /* about all that match */
	SOCK_DIAG_ESTABLISHED = 1, /* a state */
};
struct sock_diag_header {
	uint32_t length;
	uint16_t type, flags;
	uint32_t sequence, port;
};
struct sock_diag_attribute {
	uint16_t length, type;
};

/*
 * Calls take() for each message of the answer, header included, until it
 * returns false. The question has this size and begins with a header. Returns
 * 0; or -1 with errno if the kernel does not answer, or has no such socket
 * (ENOENT). Allocates nothing.
 */
int platform_ask_sockets(const void *question, size_t size,
    bool (*take)(void *context, const char *message, size_t length),
    void *context);

/*
 * The attribute of this type after the first size bytes of a message. Returns
 * null if there is none of at least minimum bytes, its head included.
 */
const char *platform_socket_attribute(const char *message, size_t length,
    size_t size, uint16_t type, size_t minimum);

#endif
