/*
 * The keys that the command line names. A login looks at them, a run over a
 * master that lives already does not: what ssh would say of them is said here.
 */
#ifndef IDENTITIES_H
#define IDENTITIES_H

#include "ssh/sshargs.h"

#include <stdbool.h>

/*
 * Warns of key files that are not there, in ssh's words: of those behind -i in
 * any case, of those of -o IdentityFile with tells_more, and only where the
 * login would have come to them. home is what ssh takes "~" for.
 */
void
identities_warn(const struct sshargs *args, const char *home, bool tells_more);

/*
 * Whether -I, or -o PKCS11Provider, names what no library can be: there is no
 * way to tell what all versions of ssh would say.
 */
bool identities_have_bad_provider(const struct sshargs *args);

#endif
