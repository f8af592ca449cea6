/*
 * Which keys a login could use, in the order in which ssh would offer them:
 * those of the agent, and those in every key and certificate file that the
 * command line, the configuration or ssh's defaults name. Where a key lies does
 * not matter.
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
 * Adds a line for each key. *valid_until gets the second in which the first
 * of the certificates ends, if that is earlier. Null; or why only ssh can tell,
 * in a few words.
 */
const char *login_add(struct text *text, const struct login_request *request,
    uint64_t *valid_until);

/* The socket of the agent that ssh would ask; null where it asks none. */
const char *login_agent(const struct resolution *said);

/* Whether a file below the root notes a silent agent. */
bool login_is_note_name(const char *name);

#endif
