#define _GNU_SOURCE
#include "platform/platform.h"

#include "base/array.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct platform_open_folders {
	struct open_folder {
		dev_t device;
		ino_t inode;
	} * list;
	size_t count, room;
	bool failed; /* for want of memory */
};

static void
add_folder(struct platform_open_folders *folders, int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, 0) == -1 || !S_ISDIR(st.st_mode))
		return;
	if (!array_make_room((void **)&folders->list, folders->count,
		&folders->room, sizeof(*folders->list))) {
		folders->failed = true;
		return;
	}
	folders->list[folders->count++] =
	    (struct open_folder){st.st_dev, st.st_ino};
}

/* proc_pid_fd(5): a link for each descriptor. */
static bool
add_process(void *argument, pid_t pid, int command_line_fd)
{
	struct platform_open_folders *folders = argument;
	const struct dirent *entry;
	char path[32];
	DIR *descriptors;

	(void)command_line_fd;
	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	if (pid == getpid() || (descriptors = opendir(path)) == NULL)
		return true;
	while ((entry = readdir(descriptors)) != NULL)
		if (entry->d_name[0] != '.')
			add_folder(folders, dirfd(descriptors), entry->d_name);
	add_folder(folders, dirfd(descriptors), "../cwd");
	(void)closedir(descriptors);
	return !folders->failed;
}

static int
compare_folders(const void *a, const void *b)
{
	const struct open_folder *left = a, *right = b;

	if (left->inode != right->inode)
		return left->inode > right->inode ? 1 : -1;
	return (left->device > right->device) - (left->device < right->device);
}

struct platform_open_folders *
platform_open_folders_take(void)
{
	struct platform_open_folders *folders = calloc(1, sizeof(*folders));

	if (folders == NULL)
		return NULL;
	platform_each_process(add_process, folders);
	if (folders->failed) {
		platform_open_folders_free(folders);
		errno = ENOMEM;
		return NULL;
	}
	if (folders->count > 0)
		qsort(folders->list, folders->count, sizeof(*folders->list),
		    compare_folders);
	return folders;
}

bool
platform_open_folders_have(
    const struct platform_open_folders *folders, const struct stat *folder)
{
	const struct open_folder wanted = {folder->st_dev, folder->st_ino};

	return folders->count > 0 &&
	    bsearch(&wanted, folders->list, folders->count, sizeof(wanted),
		compare_folders) != NULL;
}

void
platform_open_folders_free(struct platform_open_folders *folders)
{
	if (folders == NULL)
		return;
	free(folders->list);
	free(folders);
}
