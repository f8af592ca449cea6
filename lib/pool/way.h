/*
 * What a connection depends on beyond its command line, after the answer of
 * ssh: the keys of its login, the programs on the way, and the same for every
 * jump host.
 */
#ifndef WAY_H
#define WAY_H

#include "base/text.h"
#include "namespace/namespace.h"
#include "pool/endpoint.h"
#include "pool/resolution.h"

#include <stdbool.h>
#include <stdint.h>

struct way {
	const char *ssh; /* path of the real ssh */
	const char *home; /* what ssh takes "~" for */
	const struct namespace_root *root; /* where answers are kept */
	bool look_only; /* nothing is written */
	int timeout_ms; /* for each question to ssh */
	uint64_t valid_until; /* when the first certificate ends (sshkey.h) */
	int jumps; /* how many are behind us */
	bool needs_folder; /* a program may go by the working directory */
	/*
	 * Why only ssh can tell, in a few words, or null. The text may be in
	 * storage.
	 */
	const char *doubt;
};

/*
 * Adds the lines of the connection of args, with the answer of ssh. Returns 0,
 * or -1 with errno if ssh could not be asked about a jump host.
 */
int way_add(struct way *way, struct text *text, const struct sshargs *args,
    const struct resolution *said);

/*
 * Adds what a master forwards: the socket of the agent, the display and its
 * key.
 */
void way_add_forwarded(struct text *text, const struct resolution *said);

#endif
