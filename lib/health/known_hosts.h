/* Whether a host key is known, as ssh would find it. */
#ifndef HEALTH_KNOWN_HOSTS_H
#define HEALTH_KNOWN_HOSTS_H

#include "health/subject.h"

#include <libssh2.h>

struct known_hosts {
	LIBSSH2_KNOWNHOSTS *known, *revoked;
	char name[300]; /* as the files have it: the host, or [host]:port */
	/* ssh is content with a key that is known without the port. */
	LIBSSH2_KNOWNHOSTS *portless;
	char portless_name[300]; /* empty: it is not looked for */
};

enum known_hosts_verdict {
	KNOWN_HOSTS_MATCH,
	KNOWN_HOSTS_MISMATCH,
	KNOWN_HOSTS_REVOKED,
	KNOWN_HOSTS_UNKNOWN,
};

/*
 * Reads the subject's files; what is not there or cannot be understood is
 * left out, as ssh does. False without memory. Ends with the session.
 */
bool known_hosts_read(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    const struct subject *subject);
void known_hosts_free(struct known_hosts *hosts);

/*
 * Has the session ask first for keys of the types that are known. methods gets
 * the order, which two hosts with different known keys may have different.
 */
enum { KNOWN_HOSTS_METHODS_SIZE = 512 };
void known_hosts_prefer(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    char methods[KNOWN_HOSTS_METHODS_SIZE]);

/* type is one of LIBSSH2_HOSTKEY_TYPE_*. */
enum known_hosts_verdict known_hosts_check(
    struct known_hosts *hosts, const char *key, size_t length, int type);

/* A line of a file: where the key is known by another one. */
struct known_hosts_place {
	char path[4096];
	unsigned long line; /* the first is 1; 0: it was not found */
};

/*
 * Finds the first line that makes the key a mismatch, or revoked: whichever
 * known_hosts_check() has told.
 */
void known_hosts_find(struct known_hosts_place *place, LIBSSH2_SESSION *session,
    const struct subject *subject, const char *key, size_t length, int type);

#endif
