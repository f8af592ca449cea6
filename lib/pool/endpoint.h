/*
 * The namespace text of a command line. Two command lines have the same text
 * only if they would make the same connection. In doubt the texts differ.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "ssh/sshargs.h"
#include "ssh/sshconfig.h"
#include "ssh/sshoption.h"
#include "base/text.h"

/* The place of the connection: all facts outside of the command line. */
struct endpoint_origin {
	const char *ssh; /* path of the real ssh */
	const char *home; /* the home directory that ssh takes "~" for */
};

struct endpoint {
	/*
	 * Why this run must be plain, in a few words; null if a lease is
	 * possible. The fields below are not set then.
	 */
	const char *plain_reason;
	const char *user, *host, *port; /* as asked for; null: not given */
	bool in_background; /* -f */
	bool is_stdio_forward; /* -W */
	bool is_verbose; /* -v */
	/*
	 * The restrictions: options that only remove a feature (-a, -x and
	 * others), as CARRIES_ bits. If the configuration has that feature, the
	 * pool is another one.
	 */
	unsigned int restrictions;
	struct text shared_text; /* the text without the restrictions */
	struct text restrictions_text; /* their lines, for a pool of its own */
	/*
	 * A secret that follows from the values whose digests are in the text.
	 * The kept answers are sealed with it (seal.h).
	 */
	struct text sealing;
	struct sshconfig config;
	char sealing_storage[128];
	char storage[2][1024]; /* where the two texts begin */
};

/*
 * Describes the endpoint of args (status SSHARGS_OK). The strings point into
 * args. Returns 0, and the caller calls endpoint_free(); -1 with errno without
 * memory.
 */
int endpoint_describe(struct endpoint *endpoint, const struct sshargs *args,
    const struct endpoint_origin *origin);
void endpoint_free(struct endpoint *endpoint);

#endif
