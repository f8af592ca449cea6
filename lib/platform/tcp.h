/*
 * The connection that a process has, seen from beside: nothing is sent, and the
 * process is not disturbed. No function here needs an allocation.
 */
#ifndef TCP_H
#define TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tcp_connection {
	int family; /* AF_INET or AF_INET6; 0: none is known of */
	/* In network order, as the kernel has them; IPv4 in the first four. */
	unsigned char local[16], remote[16];
	uint32_t device; /* that the local address is only good on, or 0 */
	int local_port, remote_port;
};

/*
 * The TCP connection that the process has open under the lowest descriptor. 0,
 * or -1 with errno (ENOENT: it has none).
 */
int tcp_connection_of(pid_t pid, struct tcp_connection *connection);

/*
 * Whether the local address still is one of this machine's: one that has gone
 * gets no answers. True where that cannot be found out. Takes three system
 * calls.
 */
bool tcp_has_local_address(const struct tcp_connection *connection);

/* What has gone over it. Segments that were sent again count again. */
struct tcp_traffic {
	uint64_t received_bytes;
	uint32_t sent_segments;
	int received_ms, sent_ms; /* how long ago the last of them */
};

/* 0, or -1 with errno (ENOENT: there is no such connection any more). */
int
tcp_look(const struct tcp_connection *connection, struct tcp_traffic *traffic);

/* An address in figures; text holds INET6_ADDRSTRLEN bytes. */
void tcp_print_remote(const struct tcp_connection *connection, char *text);

/* As one word of hexadecimal digits, and back; false where it is none. */
enum { TCP_WORD_SIZE = 90 };
void
tcp_write(const struct tcp_connection *connection, char word[TCP_WORD_SIZE]);
bool tcp_read(struct tcp_connection *connection, const char *word);

#endif
