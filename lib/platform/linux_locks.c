#define _GNU_SOURCE
#include "platform/platform.h"

#include "base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

struct platform_locks {
	struct locked_file {
		unsigned int major, minor;
		unsigned long long inode;
		pid_t pid;
	} * files;
	size_t count, room;
};

/*
 * proc_locks(5), with "->" before those that wait: "1: FLOCK ADVISORY WRITE
 * 4711 fe:00:1234 0 EOF".
 */
static bool
read_lock(struct platform_locks *locks, const char *line)
{
	struct locked_file *lock;
	long pid;

	if (!array_make_room((void **)&locks->files, locks->count, &locks->room,
		sizeof(*locks->files)))
		return false;
	lock = &locks->files[locks->count];
	if (sscanf(line, "%*u: FLOCK %*s WRITE %ld %x:%x:%llu", &pid,
		&lock->major, &lock->minor, &lock->inode) != 4)
		return true;
	lock->pid = pid > 0 ? (pid_t)pid : 0;
	locks->count++;
	return true;
}

static bool
read_locks(struct platform_locks *locks)
{
	FILE *file = fopen("/proc/locks", "re");
	char line[256];
	bool ok = true;

	while (ok && file != NULL && fgets(line, sizeof(line), file) != NULL)
		ok = read_lock(locks, line);
	if (file != NULL)
		(void)fclose(file);
	return ok;
}

static int
compare_locks(const void *a, const void *b)
{
	const struct locked_file *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

struct platform_locks *
platform_locks_take(void)
{
	struct platform_locks *locks = calloc(1, sizeof(*locks));

	if (locks == NULL)
		return NULL;
	if (!read_locks(locks)) {
		platform_locks_free(locks);
		errno = ENOMEM;
		return NULL;
	}
	if (locks->count > 0)
		qsort(locks->files, locks->count, sizeof(*locks->files),
		    compare_locks);
	return locks;
}

void
platform_locks_free(struct platform_locks *locks)
{
	if (locks == NULL)
		return;
	free(locks->files);
	free(locks);
}

/* Some kernels list a process that has ended. */
static bool
runs(pid_t pid)
{
	unsigned long long start_ticks;
	bool is_zombie = false;

	return pid > 0 &&
	    platform_process_look(pid, &start_ticks, &is_zombie) == 0 &&
	    !is_zombie;
}

bool
platform_locks_hold(
    const struct platform_locks *locks, const struct stat *file, pid_t *pid)
{
	const struct locked_file wanted = {.inode = file->st_ino};
	const struct locked_file *lock, *end = locks->files + locks->count;
	unsigned int major_number = major(file->st_dev);

	*pid = 0;
	if (locks->count == 0 ||
	    (lock = bsearch(&wanted, locks->files, locks->count, sizeof(wanted),
		 compare_locks)) == NULL)
		return false;
	/* bsearch(3) finds any entry with this inode number. */
	while (lock > locks->files && lock[-1].inode == wanted.inode)
		lock--;
	for (; lock < end && lock->inode == wanted.inode; lock++) {
		/*
		 * The list has the device of the file system. stat(2) on btrfs
		 * has that of the subvolume. Both have major number 0 then.
		 */
		if (lock->major != major_number ||
		    (major_number != 0 && lock->minor != minor(file->st_dev)))
			continue;
		*pid = runs(lock->pid) ? lock->pid : 0;
		return true;
	}
	return false;
}
