/*
 * The part of an answer of ssh -G that a pool depends on. The lines, "keyword
 * value", are filtered once. The rest is kept (answer.h) and read by later
 * runs.
 */
#ifndef RESOLUTION_H
#define RESOLUTION_H

#include "base/text.h"

#include <stdbool.h>

/*
 * Our own line for ControlPath none. ssh -G prints nothing for that, nor if
 * none is set.
 */
#define RESOLUTION_NO_CONTROL_PATH "nocontrolpath"

/* The strings point into the lines that were read. */
struct resolution {
	const char *pairs; /* all lines, as sshsettings_split() leaves them */
	const char *user, *hostname, *port;
	const char *host_key_alias; /* or null */
	const char *user_known_hosts, *global_known_hosts; /* or null */
	/* Programs on the way to the host; null where there is none. */
	const char *proxy_jump, *proxy_command, *known_hosts_command;
	/* The sources of keys; null by default. */
	const char *identity_agent, *pkcs11_provider, *security_key_provider;
	/* How many lines there are of these; the first, or null. */
	size_t identity_files, certificate_files;
	const char *first_identity_file;
	const char *control_persist;
	bool uses_public_keys, identities_only, uses_kerberos;
	const char *forward_agent; /* the value; null: not forwarded */
	bool forwards_x11, trusts_x11;
	int x11_timeout_secs;
	unsigned int asks; /* CARRIES_ bits that the configuration asks for */
	const char *plain_reason; /* why not to lease, or null */
	unsigned int wishes; /* which settings ask for more than a session */
	bool has_local_command;
};

/* Adds the lines of an answer that count to sifted, each with a value. */
void resolution_sift(struct text *sifted, const char *answer);

/*
 * Reads sifted lines, which are split in place and must stay valid. False if
 * they are malformed.
 */
bool resolution_read(struct resolution *resolution, char *lines);

/*
 * Removes the features that these restrictions remove (CARRIES_ bits). The
 * answer becomes that to the command line with them.
 */
void
resolution_restrict(struct resolution *resolution, unsigned int restrictions);

/* Adds the lines for a session (sshsettings.h). */
void resolution_add_session(
    const struct resolution *resolution, struct text *session);

#endif
