/* The endpoint of a given namespace text. */
#ifndef BINDING_H
#define BINDING_H

#include "base/digest.h"
#include "pool/endpoint.h"
#include "ssh/sshargs.h"

/*
 * A digest of the endpoint of the command line: destination, user, port and -W.
 * Empty without memory.
 *
 * A given text is for one endpoint. Otherwise a variable that the ssh-fast of a
 * ProxyCommand inherits would put the master of the jump host into the pool of
 * the target.
 */
void binding_digest(const struct endpoint *endpoint, const struct sshargs *args,
    char digest[DIGEST_LENGTH + 1]);

#endif
