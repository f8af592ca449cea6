/* Opens, locks and checks lock files. */
#ifndef LOCKFILE_H
#define LOCKFILE_H

#include "namespace/namespace.h"

/*
 * Opens and locks a name in free/ or used/ (place) without waiting. It checks
 * that the file is a plain file of the owner, closed to others, without a name
 * elsewhere, and still has this name (R2). Returns the close-on-exec
 * descriptor, which the caller owns; or -1 with errno. If another process holds
 * the lock (EWOULDBLOCK), the caller owns *busy_fd, the open descriptor.
 */
int lockfile_open(const struct namespace *ns,
    const struct namespace_place *place, const char *name, int *busy_fd);

/*
 * Locks a new file of this name before another process takes it. Returns 1; 0
 * if another process was faster and owns it; -1 with errno. The descriptor
 * stays open.
 */
int lockfile_lock_new(
    const struct namespace_place *place, const char *name, int fd);

#endif
