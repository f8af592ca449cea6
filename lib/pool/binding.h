/* Which endpoint a given namespace text belongs to. */
#ifndef BINDING_H
#define BINDING_H

#include "base/digest.h"
#include "pool/endpoint.h"
#include "ssh/sshargs.h"

/*
 * A digest of the endpoint that the command line names: destination, user,
 * port and -W. Empty where memory ran out.
 *
 * A given text serves one endpoint. Otherwise a variable that reaches the
 * ssh-fast of a ProxyCommand would put the jump host's master into the pool of
 * the target.
 */
void binding_digest(const struct endpoint *endpoint, const struct sshargs *args,
    char digest[DIGEST_LENGTH + 1]);

#endif
