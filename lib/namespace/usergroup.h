/* Private groups, of which many systems make one for each user. */
#ifndef USERGROUP_H
#define USERGROUP_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the group has only this user: it has the name of the user, is the
 * primary group of the user and of no other, and has no other member. Only
 * /etc/passwd and /etc/group count. In doubt the answer is no.
 */
bool usergroup_is_private(gid_t group, uid_t user);

#endif
