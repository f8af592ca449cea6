/* Hosts that need not be looked up: a JSON list of where they are. */
#ifndef HEALTH_ENDPOINTS_H
#define HEALTH_ENDPOINTS_H

#include "health/subject.h"

#include <jansson.h>

/*
 * Reads a list of objects: hostname, port (a number) and, where they are
 * wanted, host, hostkeyalias, knownhosts (files with blanks between them) and
 * proxied. The caller's, or null with the reason.
 */
json_t *endpoints_read(const char *path, char *reason, size_t size);

/* One of them; known_hosts, unless null, instead of its files. */
void endpoints_get(
    const json_t *endpoint, struct subject *subject, const char *known_hosts);

/* What it is called: its host, or its hostname. */
const char *endpoints_name(const json_t *endpoint);

#endif
