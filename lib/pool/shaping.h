/*
 * Sorts the options of a command line: those that affect the connection,
 * restrictions, and those that make the run plain. Only for endpoint.c.
 */
#ifndef SHAPING_H
#define SHAPING_H

#include "base/text.h"
#include "pool/endpoint.h"
#include "ssh/sshargs.h"

#include <stdbool.h>

struct shaping {
	struct endpoint *endpoint;
	const struct sshargs *args;
	const char *home; /* what ssh takes "~" for */
	struct text options; /* the facts of what shapes the connection */
	/*
	 * The key in a file counts elsewhere (login.h). Here it only counts
	 * that a file is named, since ssh has no default files then.
	 */
	bool names_keys, names_certificates;
	const char *config_file; /* of the last -F, or null */
	unsigned int asks; /* CARRIES_ bits that the command line asks for */
};

/*
 * Reads all options into shaping->options, the endpoint and the fields after
 * them. Secrets go to endpoint->sealing.
 */
void shaping_read(struct shaping *shaping);

/* Notes what the options depend on beyond their text: variables, folders. */
void shaping_note_references(
    const struct shaping *shaping, struct sshconfig *config);

#endif
