/*
 * The TCP connection of a process, seen from outside. Nothing is sent, and the
 * process is not disturbed. These functions allocate nothing.
 */
#ifndef TCP_H
#define TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tcp_connection {
	int family; /* AF_INET or AF_INET6; 0: none is known of */
	/*
	 * In network order, as in the kernel. IPv4 is in the first four bytes.
	 */
	unsigned char local[16], remote[16];
	uint32_t device; /* that the local address is only good on, or 0 */
	int local_port, remote_port;
};

/*
 * The TCP connection of the process with the lowest descriptor. Returns 0, or
 * -1 with errno (ENOENT: it has none).
 */
int tcp_connection_of(pid_t pid, struct tcp_connection *connection);

/*
 * Whether the local address is still an address of this machine. Without it no
 * answers arrive. True if that is unknown. Makes three system calls.
 */
bool tcp_has_local_address(const struct tcp_connection *connection);

/*
 * The amount of data that it carried. Segments that were sent again count
 * again.
 */
struct tcp_traffic {
	uint64_t received_bytes;
	uint32_t sent_segments;
	int received_ms, sent_ms; /* how long ago the last of them */
};

/* Returns 0, or -1 with errno (ENOENT: the connection is gone). */
int
tcp_look(const struct tcp_connection *connection, struct tcp_traffic *traffic);

/* The address as text. The text has room for INET6_ADDRSTRLEN bytes. */
void tcp_print_remote(const struct tcp_connection *connection, char *text);

/*
 * Converts it to one word of hexadecimal digits, and back. False if the word
 * has another form.
 */
enum { TCP_WORD_SIZE = 90 };
void
tcp_write(const struct tcp_connection *connection, char word[TCP_WORD_SIZE]);
bool tcp_read(struct tcp_connection *connection, const char *word);

#endif
