/* Which home directory: ssh's answer, and that of the environment. */
#ifndef HOME_H
#define HOME_H

#include "base/text.h"

#include <sys/types.h>

/*
 * Adds the home directory that ssh takes "~" for: the password database's, not
 * $HOME. 0, or -1 where the user is in no database (ssh refuses to run then).
 */
int home_of_ssh(struct text *home);

/*
 * The primary group of that user, as the password database tells it. 0, or -1
 * where the user is in no database.
 */
int home_primary_group(uid_t user, gid_t *group);

/*
 * The folder of all namespaces: the wanted one, in which a "~/" in front
 * stands for ssh's home (no shell replaces it behind "--root="), or where
 * that is null ~/.ssh/ssh-fast, where "~" is $HOME if that folder belongs to
 * the user, else (sudo keeps the caller's) ssh's home. The result is what is
 * then in root, which was empty, or wanted itself; null without memory.
 */
const char *
home_root(struct text *root, const char *wanted, const char *ssh_home);

#endif
