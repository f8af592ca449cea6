/* The command line that logs in and leaves a master behind. */
#ifndef SSHMASTER_H
#define SSHMASTER_H

#include "ssh/sshargs.h"

#include <stdbool.h>

/*
 * Whether the option concerns the login: the connection, how this user proves
 * who he is, or where ssh's messages about it go. What concerns the session
 * alone does not.
 */
bool sshmaster_wants(const struct sshargs_option *option);

/*
 * Whether the login has to start in the folder of this process: a file that
 * -F or -i names from there on may not be called by another name, since ssh
 * would say that name when it asks for a passphrase, or complains.
 */
bool sshmaster_needs_folder(const struct sshargs *args);

/*
 * The words in front (argv[0] and what makes a master, up to a null), then
 * those of the user's that concern the login, in their order, each option a
 * word of its own, and the destination. The command is left out. Where folder
 * is not null, what -F and -i name from there on gets it in front. All other
 * words point into front, args and what args point to.
 *
 * An array that ends in a null and is the caller's to free(3); or null with
 * errno.
 */
char **sshmaster_words(
    const struct sshargs *args, char *const front[], const char *folder);

#endif
