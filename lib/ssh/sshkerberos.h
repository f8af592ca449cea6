/* As whom a login with GSSAPI would come: the owner of the ticket cache. */
#ifndef SSHKERBEROS_H
#define SSHKERBEROS_H

#include "base/text.h"

/*
 * Adds a line that names the principal of the ticket cache, where it is a file;
 * of other kinds, their name. Nothing where there is no cache.
 */
void sshkerberos_add(struct text *text);

#endif
