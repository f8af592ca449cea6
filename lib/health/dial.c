#include "health/dial.h"

#include "base/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
dial_addresses(const char *hostname, int port, struct addrinfo **addresses)
{
	struct addrinfo hints;
	char service[16];

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICSERV;
	(void)snprintf(service, sizeof(service), "%d", port);
	return getaddrinfo(hostname, service, &hints, addresses);
}

void
dial_print(const struct addrinfo *address, char *text, size_t size)
{
	if (getnameinfo(address->ai_addr, address->ai_addrlen, text,
		(socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
		(void)snprintf(text, size, "?");
}

int
dial_wait(int fd, short events, int64_t deadline_us)
{
	struct pollfd wanted = {.fd = fd, .events = events};
	int ready, left_ms;

	do {
		left_ms = deadline_left_ms(deadline_us);
		ready = left_ms > 0 ? poll(&wanted, 1, left_ms) : 0;
	} while (ready == -1 && errno == EINTR);
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready > 0 ? 0 : -1;
}

static int
connected(int fd, const struct addrinfo *address, int64_t deadline_us)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -1;
	if (dial_wait(fd, POLLOUT, deadline_us) == -1)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
dial_connect(const struct addrinfo *address, int64_t deadline_us)
{
	int fd, error, on = 1;

	fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC,
	    address->ai_protocol);
	if (fd == -1)
		return -1;
	/* Small messages are sent at once, which saves 40 ms each. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	    connected(fd, address, deadline_us) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}
