/* A host to be looked at, as the configuration of ssh has it. */
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

/* How ssh is to be asked. Null or 0 where it decides itself. */
struct subject_query {
	const char *ssh; /* a path */
	const char *config;
	const char *port;
	const char *known_hosts; /* instead of the files of the configuration */
};

/*
 * Asks ssh -G. Returns 0, or the exit status of ssh where it refuses, with the
 * last line that it says in complaint (clean, perhaps empty), or -1 with errno:
 * ETIMEDOUT, EPROTO for an answer without what is needed, or why ssh could not
 * be run.
 */
enum { SUBJECT_COMPLAINT_SIZE = 512 };
int subject_resolve(struct subject *subject, const struct subject_query *query,
    const char *host, char complaint[SUBJECT_COMPLAINT_SIZE],
    int64_t deadline_us);

/* Copies what fits; control bytes and what is not ASCII become '?'. */
void subject_copy_clean(char *to, size_t size, const char *from);

#endif
