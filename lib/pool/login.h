/*
 * The keys that a login could use, in ssh's order: those of the agent, and
 * those in every file that the command line, the configuration or the defaults
 * of ssh name. The place of a key does not matter.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include "base/text.h"
#include "namespace/namespace.h"
#include "pool/resolution.h"
#include "ssh/sshargs.h"

#include <stdint.h>

struct login_request {
	const struct sshargs *args; /* which may name files itself */
	const struct resolution *said;
	const char *home; /* what ssh takes "~" for */
	const struct namespace_root *root; /* where a silent agent is noted */
	bool look_only; /* nothing is noted */
	bool all_agent_keys; /* also those that ssh would not use itself */
};

/*
 * Adds a line for each key. *valid_until gets the end of the first certificate,
 * in seconds, if that is earlier. Returns null, or why only ssh can tell, in a
 * few words.
 */
const char *login_add(struct text *text, const struct login_request *request,
    uint64_t *valid_until);

/* The socket of the agent that ssh would ask; null if it asks none. */
const char *login_agent(const struct resolution *said);

/* Whether this file below the root notes a silent agent. */
bool login_is_note_name(const char *name);

#endif
