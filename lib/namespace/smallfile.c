#include "namespace/smallfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MAX_OF_ALL = 1 << 20, WRITE_TRIES = 8 };

/* The fault of the open file, or FAILURE_NONE. */
static enum failure_kind
distrust(const struct stat *st, uid_t owner)
{
	if (!S_ISREG(st->st_mode))
		return FAILURE_TYPE;
	if (st->st_uid != owner)
		return FAILURE_OWNER;
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return FAILURE_MODE;
	return FAILURE_NONE;
}

static enum smallfile_status
fail(const struct smallfile_place *place, enum failure_kind kind,
    const char *verb, struct failure *failure)
{
	(void)failure_set(failure, kind, verb, place->folder_path, place->name);
	return SMALLFILE_FAILED;
}

static enum smallfile_status
read_content(struct smallfile *file, int fd, size_t size,
    const struct smallfile_place *place, struct failure *failure)
{
	ssize_t got;

	file->content = file->storage;
	if (size >= sizeof(file->storage) &&
	    (file->content = malloc(size + 1)) == NULL)
		return fail(place, FAILURE_MEMORY, "read", failure);
	if ((got = read(fd, file->content, size)) == -1) {
		(void)fail(place, FAILURE_SYSTEM, "read", failure);
		smallfile_free(file);
		return SMALLFILE_FAILED;
	}
	file->content[got] = '\0';
	/* A NUL would hide the text after it. */
	if (strlen(file->content) == (size_t)got)
		return SMALLFILE_FOUND;
	smallfile_free(file);
	return SMALLFILE_GARBLED;
}

enum smallfile_status
smallfile_read(struct smallfile *file, const struct smallfile_place *place,
    struct failure *failure)
{
	enum smallfile_status status;
	enum failure_kind kind;
	struct stat st;
	int fd;

	fd = openat(place->folder_fd, place->name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1) {
		if (errno == ENOENT)
			return SMALLFILE_NONE;
		if (errno == ELOOP)
			return fail(place, FAILURE_SYMLINK, "trust", failure);
		return fail(place, FAILURE_SYSTEM, "open", failure);
	}
	if (fstat(fd, &st) == -1)
		status = fail(place, FAILURE_SYSTEM, "read", failure);
	else if ((kind = distrust(&st, place->owner)) != FAILURE_NONE)
		status = fail(place, kind, "trust", failure);
	else if (st.st_size > SIZE_MAX_OF_ALL)
		status = SMALLFILE_GARBLED;
	else {
		file->written = st.st_mtime;
		status =
		    read_content(file, fd, (size_t)st.st_size, place, failure);
	}
	(void)close(fd);
	return status;
}

void
smallfile_free(struct smallfile *file)
{
	if (file->content != file->storage)
		free(file->content);
	file->content = NULL;
}

static int
write_all(int fd, const char *bytes, size_t length)
{
	ssize_t written;

	while (length > 0) {
		written = write(fd, bytes, length);
		if (written == -1 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

/* One temporary name for each process: two may write at once. */
static int
write_and_rename(
    const struct smallfile_place *place, const struct text *content)
{
	char temporary[NAME_MAX + 1];
	int fd, result, saved_errno;

	(void)snprintf(temporary, sizeof(temporary), "%s.%ld", place->name,
	    (long)getpid());
	/* Left by an earlier process with this pid. */
	(void)unlinkat(place->folder_fd, temporary, 0);
	fd = openat(place->folder_fd, temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	result = fchmod(fd, 0600);
	if (result == 0)
		result = write_all(fd, content->data, content->length);
	/* Some file systems report a full disk only at close(2). */
	if (close(fd) == -1)
		result = -1;
	if (result == 0)
		result = renameat(
		    place->folder_fd, temporary, place->folder_fd, place->name);
	if (result == -1) {
		saved_errno = errno;
		(void)unlinkat(place->folder_fd, temporary, 0);
		errno = saved_errno;
	}
	return result;
}

int
smallfile_write(const struct smallfile_place *place, const struct text *content)
{
	int result, tries = 0;

	/* ENOENT: a sweep removed it as too old. */
	do
		result = write_and_rename(place, content);
	while (result == -1 && errno == ENOENT && ++tries < WRITE_TRIES);
	return result;
}

bool
smallfile_is_temporary(const char *name, const char *prefix)
{
	const size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] == '.' &&
	    name[length + 1] != '\0' &&
	    name[length + 1 + strspn(name + length + 1, "0123456789")] == '\0';
}
