#include "lease/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_same_file(const struct stat *opened, int dir_fd, const char *name)
{
	struct stat named;

	return fstatat(dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    named.st_ino == opened->st_ino && named.st_dev == opened->st_dev;
}

/*
 * Whether the file has no other name outside of free/ and used/. A link to
 * another file of the user would let that file be overwritten. If the rename
 * needs link and unlink, both folders may have it.
 */
static bool
has_no_other_name(
    const struct stat *opened, const struct namespace *ns, const char *name)
{
	nlink_t known = 0;

	known += is_same_file(opened, ns->free.fd, name);
	known += is_same_file(opened, ns->used.fd, name);
	return opened->st_nlink <= known;
}

int
lockfile_open(const struct namespace *ns, const struct namespace_place *place,
    const char *name, int *busy_fd)
{
	struct stat st;
	int fd, saved_errno;

	/* O_NONBLOCK: opening a FIFO or a device does not wait. */
	fd = openat(place->fd, name,
	    O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1)
		goto fail;
	if (!S_ISREG(st.st_mode) || st.st_uid != ns->owner ||
	    (st.st_mode & 077) != 0) {
		errno = EPERM;
		goto fail;
	}
	/* The lock is the lease (R1), and no process waits for it (R3). */
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK && busy_fd != NULL) {
			*busy_fd = fd;
			return -1;
		}
		goto fail;
	}
	/* R2. */
	if (!is_same_file(&st, place->fd, name)) {
		errno = ENOENT;
		goto fail;
	}
	if (st.st_nlink <= 1 || has_no_other_name(&st, ns, name))
		return fd;
	errno = EPERM;
fail:
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return -1;
}

int
lockfile_lock_new(const struct namespace_place *place, const char *name, int fd)
{
	struct stat st;

	/* fchmod: the umask could keep the user from opening it again. */
	if (fchmod(fd, 0600) == -1 || fstat(fd, &st) == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? 0 : -1;
	/*
	 * Another process may have locked it first. If it has signed, it stays
	 * its holder: its keeper may be gone and its ssh not (R5).
	 */
	if (fstat(fd, &st) == -1)
		return -1;
	return st.st_size == 0 && is_same_file(&st, place->fd, name);
}
