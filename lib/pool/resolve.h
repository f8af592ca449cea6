/* What ssh itself says that a command line would do: ssh -G. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "pool/endpoint.h"
#include "ssh/sshargs.h"
#include "base/text.h"

/* What ssh -G answered; the strings point into output. */
struct resolution {
	const char *user, *hostname, *port;
	const char *jump; /* ProxyJump or ProxyCommand, or null */
	const char *host_key_alias; /* or null */
	const char *user_known_hosts, *global_known_hosts; /* or null */
	unsigned int asks; /* CARRIES_ bits that the configuration asks for */
	const char *plain_reason; /* why not to lease, or null */
	char digest[DIGEST_LENGTH + 1]; /* of the whole answer */
	struct text session; /* the lines that concern a session */
	struct text output;
};

/*
 * What becomes of the restrictions on the command line: the shared pool is
 * asked about without them, a pool of their own with them.
 */
enum resolution_restrictions {
	RESOLUTION_WITHOUT_RESTRICTIONS,
	RESOLUTION_WITH_RESTRICTIONS,
};

/* What ssh -G is to be asked. */
struct resolution_request {
	const char *ssh; /* path of the real ssh */
	const char *home; /* where ssh looks for .ssh/config */
	const struct sshargs *args;
	enum resolution_restrictions restrictions;
	/*
	 * The configuration mentions ControlPath none: it is asked a second
	 * time, in a way that tells "none" from "not set".
	 */
	bool may_have_no_control_path;
	int timeout_ms;
};

/*
 * Runs ssh -G for the connection that the command line asks for: with neither
 * its command nor the options that concern the session alone.
 *
 * 0 and resolution_free() is owed; 1 where ssh rejects the command line or the
 * configuration, and is the one to say so; -1 with errno where it could not
 * be run or took longer than that.
 */
int resolution_get(
    struct resolution *resolution, const struct resolution_request *request);
void resolution_free(struct resolution *resolution);

#endif
