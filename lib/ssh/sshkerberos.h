/* The identity of a login with GSSAPI: the owner of the ticket cache. */
#ifndef SSHKERBEROS_H
#define SSHKERBEROS_H

#include "base/text.h"

/*
 * Adds a line with the principal of the ticket cache if it is a file, or with
 * the name of another kind of cache. Adds nothing without a cache.
 */
void sshkerberos_add(struct text *text);

#endif
