/* A TCP connection, made under a deadline. */
#ifndef HEALTH_DIAL_H
#define HEALTH_DIAL_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

/* Returns 0 or the error of getaddrinfo(3), which has no deadline. */
int dial_addresses(const char *hostname, int port, struct addrinfo **addresses);

/* The numeric address. */
void dial_print(const struct addrinfo *address, char *text, size_t size);

/*
 * Returns a connected non-blocking socket, or -1 with errno (ETIMEDOUT: the
 * deadline passed).
 */
int dial_connect(const struct addrinfo *address, int64_t deadline_us);

/*
 * Waits for these events of poll(2). Returns 0, or -1 with errno (ETIMEDOUT:
 * the deadline passed).
 */
int dial_wait(int fd, short events, int64_t deadline_us);

#endif
