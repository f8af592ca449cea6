/* Groups that have one user, as many systems give one to each. */
#ifndef USERGROUP_H
#define USERGROUP_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the group is that user's alone: it has his name, is his primary one
 * and nobody else's, and has no other member. Only what /etc/passwd and
 * /etc/group hold counts; in doubt it is not.
 */
bool usergroup_is_private(gid_t group, uid_t user);

#endif
