/*
 * The keys of the command line. A login reads them, but a warm run does not. So
 * the warnings of ssh about them are printed here.
 */
#ifndef IDENTITIES_H
#define IDENTITIES_H

#include "ssh/sshargs.h"

#include <stdbool.h>

/*
 * Warns of missing key files, in the words of ssh: always for -i, and with
 * tells_more for -o IdentityFile, if the login would have tried them. home is
 * "~" for ssh.
 */
void
identities_warn(const struct sshargs *args, const char *home, bool tells_more);

/*
 * Whether -I, or -o PKCS11Provider, cannot be a library. The message of ssh
 * differs between versions.
 */
bool identities_have_bad_provider(const struct sshargs *args);

#endif
