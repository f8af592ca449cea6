/* What ssh itself says that a command line would do: ssh -G. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "endpoint.h"
#include "sshargs.h"
#include "text.h"

/* What ssh -G answered; the strings point into output. */
struct resolution {
	const char *user, *hostname, *port;
	const char *jump; /* ProxyJump or ProxyCommand, or null */
	unsigned int asks; /* ENDPOINT_ bits that the configuration asks for */
	const char *plain_reason; /* why not to lease, or null */
	char digest[DIGEST_LENGTH + 1]; /* of the whole answer */
	struct text output;
};

/*
 * Runs ssh -G for the command line argv as read into args, leaving out the
 * options that only take something away where leave_taking_out is set. With
 * may_have_no_control_path (the configuration mentions ControlPath none), it
 * is asked a second time in a way that tells "none" from "not set".
 *
 * 0 and resolution_free() is owed; 1 where ssh rejects the command line or the
 * configuration, and is the one to say so; -1 with errno where it could not
 * be run or took longer than ten seconds.
 */
int resolution_get(struct resolution *resolution, const char *ssh,
    const struct sshargs *args, char *const argv[], int argc,
    bool leave_taking_out, bool may_have_no_control_path);
void resolution_free(struct resolution *resolution);

#endif
