/* The command line that logs in and starts a master. */
#ifndef SSHMASTER_H
#define SSHMASTER_H

#include "ssh/sshargs.h"

#include <stdbool.h>

/*
 * Whether the option affects the login: the connection, the authentication, or
 * where ssh writes messages about it. Options that affect only the session do
 * not.
 */
bool sshmaster_wants(const struct sshargs_option *option);

/*
 * Whether the login has to start in the folder of this process. ssh would print
 * another name of a file of -F or -i when it asks for a passphrase or reports
 * an error.
 */
bool sshmaster_needs_folder(const struct sshargs *args);

/*
 * Makes the words of the login: the front (argv[0] and the options of a master,
 * up to a null), the options that affect the login in their order, and the
 * destination. The command is left out. If folder is not null, relative files
 * of -F and -i are made absolute with it. All other words point into front,
 * args and the user's words.
 *
 * Returns an array that ends with a null and that the caller frees by free(3);
 * or null with errno.
 */
char **sshmaster_words(
    const struct sshargs *args, char *const front[], const char *folder);

#endif
