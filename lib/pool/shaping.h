/*
 * The options of a command line, sorted: what shapes the connection, what only
 * refuses something, and what ends the matter (plain). For endpoint.c alone.
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
	/* Which key it is that a file holds counts elsewhere (login.h); that
	 * any is named counts here, since ssh has no defaults then. */
	bool names_keys, names_certificates;
	const char *config_file; /* of the last -F, or null */
	unsigned int asks; /* CARRIES_ bits that the command line asks for */
};

/*
 * Reads all options into shaping->options, the endpoint and the fields behind
 * them. What is to be secret in them goes to endpoint->sealing.
 */
void shaping_read(struct shaping *shaping);

/* Notes what the options refer to beyond their text: variables, folders. */
void shaping_note_references(
    const struct shaping *shaping, struct sshconfig *config);

#endif
