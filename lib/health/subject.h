/* A host to check, with the configuration of ssh. */
#ifndef HEALTH_SUBJECT_H
#define HEALTH_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct subject {
	char hostname[256];
	int port;
	char alias[256]; /* HostKeyAlias, or empty */
	char files[4096]; /* of known hosts, with blanks between them */
	bool is_proxied;
};

/* How to run ssh. Null or 0: its default. */
struct subject_query {
	const char *ssh; /* a path */
	const char *config;
	const char *port;
	const char *known_hosts; /* instead of the files of the configuration */
};

/*
 * Asks ssh -G. Returns 0; the exit status of ssh if it fails, with its last
 * line in complaint (clean, perhaps empty); or -1 with errno. ETIMEDOUT: the
 * deadline passed. EPROTO: the answer is incomplete. Others: ssh could not run.
 */
enum { SUBJECT_COMPLAINT_SIZE = 512 };
int subject_resolve(struct subject *subject, const struct subject_query *query,
    const char *host, char complaint[SUBJECT_COMPLAINT_SIZE],
    int64_t deadline_us);

/* Copies the part that fits. Control and non-ASCII bytes become '?'. */
void subject_copy_clean(char *to, size_t size, const char *from);

#endif
