/*
 * Which connection a command line asks for: the namespace text. Two command
 * lines get the same text only where the connections they would make are the
 * same; when in doubt, they differ.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "ssh/sshargs.h"
#include "ssh/sshconfig.h"
#include "ssh/sshoption.h"
#include "base/text.h"

/* Where the connection is made from: all that is not on the command line. */
struct endpoint_origin {
	const char *ssh; /* path of the real ssh */
	const char *home; /* the home directory that ssh takes "~" for */
};

struct endpoint {
	/* Why this must be a plain ssh, in a few words; null where a lease
	 * may be had. Nothing below is set then. */
	const char *plain_reason;
	const char *user, *host, *port; /* as asked for; null: not given */
	bool in_background; /* -f */
	bool is_stdio_forward; /* -W */
	bool is_verbose; /* -v */
	/*
	 * The restrictions: the options that only refuse something (-a, -x and
	 * the like), as CARRIES_ bits. Where the configuration asks for what
	 * they refuse, the pool is not the shared one.
	 */
	unsigned int restrictions;
	struct text shared_text; /* the text without the restrictions */
	struct text restrictions_text; /* their lines, for a pool of its own */
	/*
	 * What only those can know who know the values that stand in the text
	 * as digests: what is kept of these is sealed with it (seal.h).
	 */
	struct text sealing;
	struct sshconfig config;
	char sealing_storage[128];
	char storage[2][1024]; /* where the two texts begin */
};

/*
 * Describes what args (status SSHARGS_OK) ask for; the strings point into
 * args. 0 and endpoint_free() is owed; -1 with errno for lack of memory.
 */
int endpoint_describe(struct endpoint *endpoint, const struct sshargs *args,
    const struct endpoint_origin *origin);
void endpoint_free(struct endpoint *endpoint);

#endif
