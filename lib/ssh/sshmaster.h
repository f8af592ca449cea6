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
 * The words in front (argv[0] and what makes a master, up to a null), then
 * those of the user's that concern the login, in their order, each option a
 * word of its own, and the destination. The command is left out. The words
 * point into front, args and what args point to.
 *
 * An array that ends in a null and is the caller's to free(3); or null with
 * errno.
 */
char **sshmaster_words(const struct sshargs *args, char *const front[]);

#endif
