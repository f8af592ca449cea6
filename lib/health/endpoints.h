/* Hosts from a file with their addresses. */
#ifndef HEALTH_ENDPOINTS_H
#define HEALTH_ENDPOINTS_H

#include "base/text.h"
#include "health/subject.h"

#include <stdbool.h>
#include <stddef.h>

/* One host; null: not given. */
struct endpoint {
	const char *hostname; /* never null */
	const char *host; /* what it is called */
	const char *alias; /* HostKeyAlias */
	const char *files; /* of known hosts, with blanks between them */
	int port;
	bool is_proxied;
};

struct endpoints {
	struct endpoint *list;
	size_t count;
	struct text content; /* of the file; the list points into it */
};

/*
 * Reads a file with one line of fields (base/fields.h) per host: hostname,
 * port, and optionally host, hostkeyalias, knownhosts and proxied (yes or no).
 * Returns 0, and the caller calls endpoints_free(); or -1 with the reason.
 */
int endpoints_read(
    struct endpoints *endpoints, const char *path, char *reason, size_t size);
void endpoints_free(struct endpoints *endpoints);

/* One host; known_hosts, unless null, replaces its files. */
void endpoints_get(const struct endpoint *endpoint, struct subject *subject,
    const char *known_hosts);

/* The name to print: its host, or its hostname. */
const char *endpoints_name(const struct endpoint *endpoint);

#endif
