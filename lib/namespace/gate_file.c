#include "namespace/gate_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int
gate_file_open(const struct gate *gate, const char *name, int flags)
{
	struct stat st;
	int fd = openat(gate->folder_fd, name,
	    O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags,
	    0600);

	if (fd == -1 ||
	    (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_uid == gate->owner))
		return fd;
	(void)close(fd);
	errno = EPERM;
	return -1;
}

bool
gate_file_is_there(const struct gate *gate, const char *name, int fd)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 &&
	    fstatat(gate->folder_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

void
gate_file_close(int *fd)
{
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
}

void
gate_file_remove(const struct gate *gate, const char *name, int *fd)
{
	if (*fd != -1) {
		(void)unlinkat(gate->folder_fd, name, 0);
		(void)flock(*fd, LOCK_UN);
	}
	gate_file_close(fd);
}
