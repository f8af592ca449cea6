/* The home directory, by ssh and by the environment. */
#ifndef HOME_H
#define HOME_H

#include "base/text.h"

#include <sys/types.h>

/*
 * Adds the home directory that "~" means for ssh: that of the password
 * database, not $HOME. Returns 0, or -1 if the user is in no database; ssh
 * fails then.
 */
int home_of_ssh(struct text *home);

/*
 * The primary group of this user in the password database. Returns 0, or -1 if
 * the user is in no database.
 */
int home_primary_group(uid_t user, gid_t *group);

/*
 * The path of the root. In a wanted path, "~/" at its start means the home of
 * ssh, since no shell expands it after "--root=". If wanted is null, it is
 * ~/.ssh/ssh-fast. There "~" is $HOME if that belongs to the user, or the home
 * of ssh: sudo keeps the $HOME of the caller. Returns the text in root, which
 * was empty, or wanted itself; null without memory.
 */
const char *
home_root(struct text *root, const char *wanted, const char *ssh_home);

#endif
