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

/* Has the session ask first for keys of the types that are known. */
void known_hosts_prefer(struct known_hosts *hosts, LIBSSH2_SESSION *session);

/* type is one of LIBSSH2_HOSTKEY_TYPE_*. */
enum known_hosts_verdict known_hosts_check(
    struct known_hosts *hosts, const char *key, size_t length, int type);

#endif
