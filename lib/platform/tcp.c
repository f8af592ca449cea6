#define _GNU_SOURCE
#include "platform/tcp.h"

#include "platform/linux_sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* From inet_diag.h and tcp.h of the kernel. */
enum {
	ATTRIBUTE_INFO = 2,
	SHOW_INFO = 1 << (ATTRIBUTE_INFO - 1),
	ANY_COOKIE = -1,
	/* In struct tcp_info, which Linux has had since 4.6. */
	LAST_DATA_SENT_OFFSET = 44,
	LAST_DATA_RECEIVED_OFFSET = 52,
	BYTES_RECEIVED_OFFSET = 128,
	DATA_SEGMENTS_OUT_OFFSET = 156,
	INFO_SIZE = 160,
	/* Most masters have their connection under descriptor 3. */
	DESCRIPTORS_MAX = 32,
};
struct identity {
	uint16_t local_port, remote_port;
	unsigned char local[16], remote[16];
	uint32_t device, cookie[2];
};
struct question {
	struct sock_diag_header header;
	uint8_t family, protocol, show, pad;
	uint32_t states;
	struct identity identity;
};
struct answer {
	struct sock_diag_header header;
	uint8_t family, state, timer, retransmits;
	struct identity identity;
	uint32_t expires, read_queue, write_queue, user, inode;
};

/* The sockets of a process, by descriptor, and the first TCP socket. */
struct sockets {
	uint32_t inodes[DESCRIPTORS_MAX]; /* 0: no socket */
	int best; /* a descriptor; DESCRIPTORS_MAX: none yet */
	struct tcp_connection *connection;
};

static void
find_sockets(struct sockets *sockets, pid_t pid)
{
	static const char prefix[] = "socket:[";
	char path[64], target[64];
	ssize_t length;
	int fd;

	for (fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		sockets->inodes[fd] = 0;
		(void)snprintf(
		    path, sizeof(path), "/proc/%ld/fd/%d", (long)pid, fd);
		length = readlink(path, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		if (strncmp(target, prefix, sizeof(prefix) - 1) == 0)
			sockets->inodes[fd] = (uint32_t)strtoul(
			    target + sizeof(prefix) - 1, NULL, 10);
	}
}

static bool
take_socket(void *context, const char *message, size_t length)
{
	struct sockets *sockets = context;
	struct tcp_connection *connection = sockets->connection;
	struct answer answer;
	int fd;

	if (length < sizeof(answer))
		return true;
	memcpy(&answer, message, sizeof(answer));
	for (fd = 0; fd < sockets->best; fd++)
		if (answer.inode != 0 && sockets->inodes[fd] == answer.inode)
			break;
	if (fd == sockets->best)
		return true;
	sockets->best = fd;
	connection->family = answer.family;
	memcpy(connection->local, answer.identity.local,
	    sizeof(connection->local));
	memcpy(connection->remote, answer.identity.remote,
	    sizeof(connection->remote));
	connection->device = answer.identity.device;
	connection->local_port = ntohs(answer.identity.local_port);
	connection->remote_port = ntohs(answer.identity.remote_port);
	return true;
}

int
tcp_connection_of(pid_t pid, struct tcp_connection *connection)
{
	struct sockets sockets = {
	    .best = DESCRIPTORS_MAX, .connection = connection};
	struct question question = {
	    .header = {.length = sizeof(question),
		.type = SOCK_DIAG_BY_FAMILY,
		.flags = SOCK_DIAG_ALL},
	    .protocol = IPPROTO_TCP,
	    .states = 1u << SOCK_DIAG_ESTABLISHED,
	};

	memset(connection, 0, sizeof(*connection));
	find_sockets(&sockets, pid);
	question.family = AF_INET;
	if (platform_ask_sockets(
		&question, sizeof(question), take_socket, &sockets) == -1)
		return -1;
	question.family = AF_INET6;
	/* A kernel without IPv6 has no such sockets. */
	(void)platform_ask_sockets(
	    &question, sizeof(question), take_socket, &sockets);
	if (sockets.best < DESCRIPTORS_MAX)
		return 0;
	errno = ENOENT;
	return -1;
}

bool
tcp_has_local_address(const struct tcp_connection *connection)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	bool result = true;
	int fd;

	fd = socket(connection->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return true;
	memset(&address, 0, sizeof(address));
	address.any.sa_family = (sa_family_t)connection->family;
	if (connection->family == AF_INET6) {
		memcpy(&address.v6.sin6_addr, connection->local, 16);
		address.v6.sin6_scope_id = connection->device;
	} else {
		memcpy(&address.v4.sin_addr, connection->local, 4);
	}
	if (bind(fd, &address.any,
		connection->family == AF_INET6 ? sizeof(address.v6)
					       : sizeof(address.v4)) == -1 &&
	    (errno == EADDRNOTAVAIL || errno == ENODEV))
		result = false;
	(void)close(fd);
	return result;
}

static bool
take_traffic(void *context, const char *message, size_t length)
{
	struct tcp_traffic *traffic = context;
	const size_t head = sizeof(struct sock_diag_attribute);
	const char *info = platform_socket_attribute(message, length,
	    sizeof(struct answer), ATTRIBUTE_INFO, head + INFO_SIZE);
	uint32_t sent, received;

	if (info == NULL)
		return false;
	info += head;
	memcpy(&sent, info + LAST_DATA_SENT_OFFSET, sizeof(sent));
	memcpy(&received, info + LAST_DATA_RECEIVED_OFFSET, sizeof(received));
	memcpy(&traffic->received_bytes, info + BYTES_RECEIVED_OFFSET,
	    sizeof(traffic->received_bytes));
	memcpy(&traffic->sent_segments, info + DATA_SEGMENTS_OUT_OFFSET,
	    sizeof(traffic->sent_segments));
	traffic->sent_ms = (int)(sent & INT32_MAX);
	traffic->received_ms = (int)(received & INT32_MAX);
	return false;
}

int
tcp_look(const struct tcp_connection *connection, struct tcp_traffic *traffic)
{
	struct question question = {
	    .header = {.length = sizeof(question),
		.type = SOCK_DIAG_BY_FAMILY,
		.flags = SOCK_DIAG_ONE},
	    .family = (uint8_t)connection->family,
	    .protocol = IPPROTO_TCP,
	    .show = SHOW_INFO,
	    .states = 1u << SOCK_DIAG_ESTABLISHED,
	    .identity = {.local_port = htons((uint16_t)connection->local_port),
		.remote_port = htons((uint16_t)connection->remote_port),
		.device = connection->device,
		.cookie = {(uint32_t)ANY_COOKIE, (uint32_t)ANY_COOKIE}},
	};

	memcpy(question.identity.local, connection->local,
	    sizeof(question.identity.local));
	memcpy(question.identity.remote, connection->remote,
	    sizeof(question.identity.remote));
	traffic->received_ms = -1;
	if (platform_ask_sockets(
		&question, sizeof(question), take_traffic, traffic) == -1)
		return -1;
	if (traffic->received_ms >= 0)
		return 0;
	errno = EPROTO;
	return -1;
}

void
tcp_print_remote(const struct tcp_connection *connection, char *text)
{
	if (inet_ntop(connection->family, connection->remote, text,
		INET6_ADDRSTRLEN) == NULL)
		text[0] = '\0';
}

static size_t
address_size(const struct tcp_connection *connection)
{
	return connection->family == AF_INET6 ? 16 : 4;
}

void
tcp_write(const struct tcp_connection *connection, char word[TCP_WORD_SIZE])
{
	size_t size = address_size(connection), length = 0, i;

	for (i = 0; i < size; i++)
		length += (size_t)snprintf(word + length,
		    TCP_WORD_SIZE - length, "%02x", connection->local[i]);
	length += (size_t)snprintf(word + length, TCP_WORD_SIZE - length,
	    ":%04x-", (unsigned int)connection->local_port);
	for (i = 0; i < size; i++)
		length += (size_t)snprintf(word + length,
		    TCP_WORD_SIZE - length, "%02x", connection->remote[i]);
	(void)snprintf(word + length, TCP_WORD_SIZE - length, ":%04x-%08x",
	    (unsigned int)connection->remote_port, connection->device);
}

/* So many digits and the letter behind them. */
static bool
read_digits(const char **word, size_t count, char end, uint32_t *number,
    unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (**word == '\0' ||
		    (digit = strchr(digits, *(*word)++)) == NULL)
			return false;
		value = value << 4 | (uint32_t)(digit - digits);
		if (bytes != NULL && i % 2 == 1)
			bytes[i / 2] = (unsigned char)value;
	}
	if (number != NULL)
		*number = value;
	return *(*word)++ == end;
}

bool
tcp_read(struct tcp_connection *connection, const char *word)
{
	const char *end = strchr(word, ':');
	uint32_t local_port, remote_port;
	size_t size;

	memset(connection, 0, sizeof(*connection));
	if (end == NULL || (end - word != 8 && end - word != 32))
		return false;
	connection->family = end - word == 8 ? AF_INET : AF_INET6;
	size = 2 * address_size(connection);
	if (read_digits(&word, size, ':', NULL, connection->local) &&
	    read_digits(&word, 4, '-', &local_port, NULL) &&
	    read_digits(&word, size, ':', NULL, connection->remote) &&
	    read_digits(&word, 4, '-', &remote_port, NULL) &&
	    read_digits(&word, 8, '\0', &connection->device, NULL)) {
		connection->local_port = (int)local_port;
		connection->remote_port = (int)remote_port;
		return true;
	}
	connection->family = 0;
	return false;
}
