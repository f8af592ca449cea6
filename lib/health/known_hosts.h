/* Whether a host key is known, by the rules of ssh. */
#ifndef HEALTH_KNOWN_HOSTS_H
#define HEALTH_KNOWN_HOSTS_H

#include "health/subject.h"

#include <libssh2.h>

struct known_hosts {
	LIBSSH2_KNOWNHOSTS *known, *revoked;
	char name[300]; /* as the files have it: the host, or [host]:port */
	/* ssh accepts a key that is known without the port. */
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
 * Reads the files of the subject. Missing files and unknown lines are ignored,
 * as in ssh. False without memory. It ends with the session.
 */
bool known_hosts_read(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    const struct subject *subject);
void known_hosts_free(struct known_hosts *hosts);

/*
 * Lets the session ask first for keys of known types. methods gets the order,
 * which may differ between hosts with different known keys.
 */
enum { KNOWN_HOSTS_METHODS_SIZE = 512 };
void known_hosts_prefer(struct known_hosts *hosts, LIBSSH2_SESSION *session,
    char methods[KNOWN_HOSTS_METHODS_SIZE]);

/* type is one of LIBSSH2_HOSTKEY_TYPE_*. */
enum known_hosts_verdict known_hosts_check(
    struct known_hosts *hosts, const char *key, size_t length, int type);

/* The line of a file with another key. */
struct known_hosts_place {
	char path[4096];
	unsigned long line; /* the first is 1; 0: it was not found */
};

/*
 * Finds the first line that makes the key a mismatch, or revoked, by the result
 * of known_hosts_check().
 */
void known_hosts_find(struct known_hosts_place *place, LIBSSH2_SESSION *session,
    const struct subject *subject, const char *key, size_t length, int type);

#endif
