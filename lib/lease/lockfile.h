/* Lock files: opening, locking, and making sure which one it is. */
#ifndef LOCKFILE_H
#define LOCKFILE_H

#include "namespace/namespace.h"

/*
 * Opens and locks a name in free/ or used/ (place) without waiting, and makes sure that it is what it
 * seems: a plain file of the owner's, closed to others, with no name elsewhere,
 * and still the one that the name means (R2). Returns the descriptor, close-on-exec and the caller's;
 * or -1 with errno. When somebody else holds the lock (EWOULDBLOCK), *busy_fd
 * gets the open descriptor, which is the caller's then.
 */
int lockfile_open(const struct namespace *ns,
    const struct namespace_place *place, const char *name, int *busy_fd);

/*
 * Locks the file just made of that name there before anybody can salvage it. 1 it is
 * ours; 0 somebody was quicker and it is his; -1 with errno. The descriptor
 * stays open.
 */
int lockfile_lock_new(
    const struct namespace_place *place, const char *name, int fd);

#endif
