#define _GNU_SOURCE
#include "platform/linux_directory.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif

int
platform_rename_new(
    int from_dir_fd, const char *from, int to_dir_fd, const char *to)
{
	if (syscall(SYS_renameat2, from_dir_fd, from, to_dir_fd, to,
		RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(from_dir_fd, from, to_dir_fd, to, 0) == -1)
		return -1;
	return unlinkat(from_dir_fd, from, 0);
}

/* The size of an entry whose name has this size, NUL included. */
static size_t
entry_size(size_t name_size)
{
	const size_t size =
	    offsetof(struct platform_directory_entry, name) + name_size;

	return (size + 7) & ~(size_t)7;
}

int
platform_names_read(
    int dir_fd, char *names, size_t name_size, size_t room, size_t *count)
{
	union {
		char bytes[2048];
		struct platform_directory_entry align;
	} buffer;
	const struct platform_directory_entry *entry;
	const size_t each = entry_size(name_size);
	long length, at;

	*count = 0;
	if (room > sizeof(buffer.bytes) / each)
		room = sizeof(buffer.bytes) / each;
	length = syscall(SYS_getdents64, dir_fd, buffer.bytes, each * room);
	if (length <= 0)
		return (int)length;
	for (at = 0; at < length; at += entry->record_length) {
		entry = (const void *)(buffer.bytes + at);
		if (strlen(entry->name) == name_size - 1 && *count < room)
			memcpy(names + (*count)++ * name_size, entry->name,
			    name_size);
	}
	return 1;
}

int
platform_names_all(int dir_fd, char *names, size_t size)
{
	union {
		char bytes[4096];
		struct platform_directory_entry align;
	} buffer;
	const struct platform_directory_entry *entry;
	size_t used = 0, name_size;
	long length, at;

	while ((length = syscall(SYS_getdents64, dir_fd, buffer.bytes,
		    sizeof(buffer.bytes))) > 0)
		for (at = 0; at < length; at += entry->record_length) {
			entry = (const void *)(buffer.bytes + at);
			name_size = strlen(entry->name) + 1;
			if (used + name_size >= size)
				return 0;
			memcpy(names + used, entry->name, name_size);
			used += name_size;
		}
	names[used] = '\0';
	return length == 0 ? 1 : -1;
}

int
platform_names_rewind(int dir_fd)
{
	return lseek(dir_fd, 0, SEEK_SET) == -1 ? -1 : 0;
}

/*
 * The part of struct statx that is used here. Not every C library declares it.
 */
struct file_facts {
	uint32_t mask;
	unsigned char others[76];
	int64_t birth_secs;
	unsigned char more[168];
};
enum { FACT_BIRTH = 0x800 };

int
platform_file_birth(int dir_fd, const char *name, int64_t *secs)
{
	struct file_facts facts;

	if (syscall(SYS_statx, dir_fd, name, AT_SYMLINK_NOFOLLOW, FACT_BIRTH,
		&facts) == -1)
		return -1;
	if ((facts.mask & FACT_BIRTH) == 0) {
		errno = ENOTSUP;
		return -1;
	}
	*secs = facts.birth_secs;
	return 0;
}
