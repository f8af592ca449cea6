#include "namespace/answers.h"

#include "base/deadline.h"
#include "base/digest.h"
#include "namespace/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	QUESTION = 'q',
	LOGIN = 'l',
	UNDER_WAY = 'w',
	LOCK_TRIES = 8,
	LOCK_PAUSE_US = 200,
	/* Most questions take less time than this. */
	SWEEP_AFTER_MS = 60000,
};

int
answers_open(struct answers *answers, const struct namespace_root *root,
    bool create, struct failure *failure)
{
	const struct folder folder = {.parent_fd = root->fd,
	    .parent_path = root->path,
	    .name = ANSWERS_FOLDER,
	    .owner = root->owner};

	answers->owner = root->owner;
	answers->fd = folder_open_own(
	    &folder, create ? FOLDER_MAKE : FOLDER_LOOK, NULL, failure);
	return answers->fd == -1 ? -1 : 0;
}

void
answers_close(struct answers *answers)
{
	if (answers->fd != -1)
		(void)close(answers->fd);
	answers->fd = -1;
}

static void
make_name(char name[ANSWERS_NAME_SIZE], char kind, const char *address,
    int port, const char *detail)
{
	char key[1024], digest[DIGEST_LENGTH + 1];

	(void)snprintf(key, sizeof(key), "%s %d %s", address, port, detail);
	digest_base64(key, strlen(key), digest);
	(void)snprintf(name, ANSWERS_NAME_SIZE, "%c%.*s", kind,
	    (int)DIGEST_SHORT_LENGTH, digest);
}

void
answers_name(char name[ANSWERS_NAME_SIZE], const char *address, int port,
    const char *detail)
{
	make_name(name, QUESTION, address, port, detail);
}

/* Refuses files of other users, and files with another name. */
static bool
is_ours(const struct answers *answers, const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == answers->owner &&
	    (st->st_mode & 077) == 0 && st->st_nlink == 1;
}

static int
open_own(const struct answers *answers, const char *name, int flags)
{
	struct stat st;
	int fd = openat(answers->fd, name,
	    O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0600);

	if (fd == -1 || (fstat(fd, &st) == 0 && is_ours(answers, &st)))
		return fd;
	(void)close(fd);
	errno = EPERM;
	return -1;
}

/* Whether the name still means this file, which a sweep may have removed. */
static bool
is_still_there(const struct answers *answers, const char *name, int fd)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 &&
	    fstatat(answers->fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

int
answers_lock(const struct answers *answers, const char *name)
{
	int fd, tries, saved_errno;

	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if ((fd = open_own(answers, name, O_RDWR | O_CREAT)) == -1)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
			saved_errno = errno;
			(void)close(fd);
			errno = saved_errno;
			return -1;
		}
		if (is_still_there(answers, name, fd))
			return fd;
		(void)close(fd);
	}
	errno = EBUSY;
	return -1;
}

/* -1 if it is in the future, because the clock was set. */
static int64_t
age_ms(const struct stat *st)
{
	struct timespec now;
	int64_t age;

	if (clock_gettime(CLOCK_REALTIME, &now) == -1)
		return -1;
	age = (int64_t)(now.tv_sec - st->st_mtim.tv_sec) * 1000 +
	    (now.tv_nsec - st->st_mtim.tv_nsec) / 1000000;
	return age >= 0 ? age : -1;
}

bool
answers_read(int fd, struct text *line, int64_t *answer_age_ms)
{
	struct stat st;
	ssize_t got;
	char *room = text_room(line, ANSWERS_LINE_MAX), *end;

	if (room == NULL || fstat(fd, &st) == -1 ||
	    (got = pread(fd, room, ANSWERS_LINE_MAX, 0)) <= 0 ||
	    (end = memchr(room, '\n', (size_t)got)) == NULL)
		return false;
	*end = '\0';
	line->length = (size_t)(end - room);
	*answer_age_ms = age_ms(&st);
	return *answer_age_ms >= 0;
}

int
answers_write(int fd, const char *line)
{
	struct text whole;
	ssize_t written = -1;

	text_init(&whole);
	text_add(&whole, line);
	text_add(&whole, "\n");
	if (!text_ok(&whole) || whole.length > ANSWERS_LINE_MAX)
		errno = ENOMEM;
	else if ((written = pwrite(fd, whole.data, whole.length, 0)) >= 0 &&
	    ftruncate(fd, written) == -1)
		written = -1;
	/* An incomplete line is not an answer. */
	if (written >= 0 && (size_t)written != whole.length) {
		errno = ENOSPC;
		written = -1;
	}
	text_free(&whole);
	return written == -1 ? -1 : 0;
}

void
answers_note_login(const struct answers *answers, const char *address, int port)
{
	char name[ANSWERS_NAME_SIZE];
	int fd;

	make_name(name, LOGIN, address, port, "");
	if ((fd = open_own(answers, name, O_RDWR | O_CREAT)) == -1)
		return;
	(void)futimens(fd, NULL);
	(void)close(fd);
}

int64_t
answers_login_age_ms(
    const struct answers *answers, const char *address, int port)
{
	char name[ANSWERS_NAME_SIZE];
	struct stat st;

	make_name(name, LOGIN, address, port, "");
	if (fstatat(answers->fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !is_ours(answers, &st))
		return -1;
	return age_ms(&st);
}

int
answers_begin_login(
    const struct answers *answers, const char *hostname, int port)
{
	char name[ANSWERS_NAME_SIZE];
	int fd, tries;

	make_name(name, UNDER_WAY, hostname, port, "");
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if ((fd = open_own(answers, name, O_RDWR | O_CREAT)) == -1)
			return -1;
		/* A reader has it for a moment. */
		if (flock(fd, LOCK_SH | LOCK_NB) == 0 &&
		    is_still_there(answers, name, fd))
			return fd;
		(void)close(fd);
		deadline_sleep_us(LOCK_PAUSE_US);
	}
	errno = EBUSY;
	return -1;
}

bool
answers_has_login_under_way(
    const struct answers *answers, const char *hostname, int port)
{
	char name[ANSWERS_NAME_SIZE];
	bool result;
	int fd;

	make_name(name, UNDER_WAY, hostname, port, "");
	if ((fd = open_own(answers, name, O_RDWR)) == -1)
		return false;
	result = flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	(void)close(fd);
	return result;
}

int
answers_sweep(const struct answers *answers, const char *name, bool dry_run)
{
	struct stat st;
	int64_t age;
	int fd, result = 0;

	if ((name[0] != QUESTION && name[0] != LOGIN && name[0] != UNDER_WAY) ||
	    strlen(name) != ANSWERS_NAME_SIZE - 1)
		return 0;
	if ((fd = open_own(answers, name, O_RDWR)) == -1)
		return errno == ENOENT || errno == EPERM ? 0 : -1;
	/* In use: the process that asks has locked it. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
	    is_still_there(answers, name, fd) &&
	    ((age = age_ms(&st)) == -1 || age > SWEEP_AFTER_MS)) {
		if (!dry_run && unlinkat(answers->fd, name, 0) == -1)
			result = -1;
		else
			result = 1;
	}
	(void)close(fd);
	return result;
}
