/* Hosts that need not be looked up: a file says where they are. */
#ifndef HEALTH_ENDPOINTS_H
#define HEALTH_ENDPOINTS_H

#include "base/text.h"
#include "health/subject.h"

#include <stdbool.h>
#include <stddef.h>

/* One of them; null where it does not say. */
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
 * Reads a file with a line of fields (base/fields.h) for each: hostname, port
 * and, where they are wanted, host, hostkeyalias, knownhosts and proxied (yes
 * or no). 0 and endpoints_free() is owed, or -1 with the reason.
 */
int endpoints_read(
    struct endpoints *endpoints, const char *path, char *reason, size_t size);
void endpoints_free(struct endpoints *endpoints);

/* One of them; known_hosts, unless null, instead of its files. */
void endpoints_get(const struct endpoint *endpoint, struct subject *subject,
    const char *known_hosts);

/* What it is called: its host, or its hostname. */
const char *endpoints_name(const struct endpoint *endpoint);

#endif
