#define _GNU_SOURCE
#include "platform/platform.h"

#include "base/array.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct platform_connections {
	struct connection {
		unsigned long inode;
		uint32_t local[4], far[4];
		unsigned int local_port, far_port;
		bool is_ipv6;
	} * list;
	size_t count, room;
};

enum { ESTABLISHED = 1, WORD_DIGITS = 8, IPV4_IN_IPV6 = 0xffff };

/* Words of eight hexadecimal digits each, as the kernel holds them. */
static void
read_address(const char *digits, uint32_t words[4])
{
	char word[WORD_DIGITS + 1] = "";
	size_t i;

	memset(words, 0, 4 * sizeof(*words));
	for (i = 0; i < 4 && strlen(digits) >= (i + 1) * WORD_DIGITS; i++) {
		memcpy(word, digits + i * WORD_DIGITS, WORD_DIGITS);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
}

/*
 * proc_net(5): "0: 0100007F:0016 0100007F:C3A2 01 00000000:00000000 00:00000000
 * 00000000 1000 0 12345 ...". False without memory.
 */
static bool
read_connection(
    struct platform_connections *connections, const char *line, bool is_ipv6)
{
	struct connection *connection;
	unsigned int state, user;
	char local[33], far[33];

	if (!array_make_room((void **)&connections->list, connections->count,
		&connections->room, sizeof(*connections->list)))
		return false;
	connection = &connections->list[connections->count];
	if (sscanf(line,
		"%*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %*s %*s %*s %u %*s %lu",
		local, &connection->local_port, far, &connection->far_port,
		&state, &user, &connection->inode) != 7 ||
	    state != ESTABLISHED || user != platform_effective_user())
		return true;
	connection->is_ipv6 = is_ipv6;
	read_address(local, connection->local);
	read_address(far, connection->far);
	connections->count++;
	return true;
}

static bool
read_table(
    struct platform_connections *connections, const char *path, bool is_ipv6)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool ok = true;

	while (ok && file != NULL && fgets(line, sizeof(line), file) != NULL)
		ok = read_connection(connections, line, is_ipv6);
	if (file != NULL)
		(void)fclose(file);
	return ok;
}

static int
compare_connections(const void *a, const void *b)
{
	const struct connection *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

struct platform_connections *
platform_connections_take(void)
{
	struct platform_connections *connections =
	    calloc(1, sizeof(*connections));

	if (connections == NULL)
		return NULL;
	if (!read_table(connections, "/proc/net/tcp", false) ||
	    !read_table(connections, "/proc/net/tcp6", true)) {
		platform_connections_free(connections);
		errno = ENOMEM;
		return NULL;
	}
	if (connections->count > 0)
		qsort(connections->list, connections->count,
		    sizeof(*connections->list), compare_connections);
	return connections;
}

void
platform_connections_free(struct platform_connections *connections)
{
	if (connections == NULL)
		return;
	free(connections->list);
	free(connections);
}

/* In the form of ssh: an IPv6 address is in brackets. */
static void
describe(char out[PLATFORM_ADDRESS_SIZE], const uint32_t words[4],
    unsigned int port, bool is_ipv6)
{
	char address[INET6_ADDRSTRLEN];
	bool is_mapped = is_ipv6 && words[0] == 0 && words[1] == 0 &&
	    words[2] == htonl(IPV4_IN_IPV6);

	if (is_mapped)
		is_ipv6 = false;
	if (inet_ntop(is_ipv6 ? AF_INET6 : AF_INET,
		is_mapped ? words + 3 : words, address,
		sizeof(address)) == NULL)
		address[0] = '\0';
	(void)snprintf(out, PLATFORM_ADDRESS_SIZE,
	    is_ipv6 ? "[%s]:%u" : "%s:%u", address, port);
}

/* The connection of the socket behind the descriptor, or null. */
static const struct connection *
find_by_link(const struct platform_connections *connections, int folder_fd,
    const char *descriptor)
{
	struct connection wanted;
	char target[64];
	ssize_t length;

	length = readlinkat(folder_fd, descriptor, target, sizeof(target) - 1);
	if (length <= 0)
		return NULL;
	target[length] = '\0';
	if (sscanf(target, "socket:[%lu]", &wanted.inode) != 1)
		return NULL;
	return bsearch(&wanted, connections->list, connections->count,
	    sizeof(wanted), compare_connections);
}

bool
platform_connections_find(const struct platform_connections *connections,
    pid_t pid, struct platform_connection *found)
{
	const struct connection *connection = NULL;
	const struct dirent *entry;
	char path[32];
	DIR *folder;

	if (connections->count == 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	if ((folder = opendir(path)) == NULL)
		return false;
	while (connection == NULL && (entry = readdir(folder)) != NULL)
		connection =
		    find_by_link(connections, dirfd(folder), entry->d_name);
	(void)closedir(folder);
	if (connection == NULL)
		return false;
	describe(found->local, connection->local, connection->local_port,
	    connection->is_ipv6);
	describe(found->far, connection->far, connection->far_port,
	    connection->is_ipv6);
	return true;
}
