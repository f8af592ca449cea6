#define _GNU_SOURCE
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

int
platform_random(void *buffer, size_t length)
{
	ssize_t got;

	do
		got = getrandom(buffer, length, 0);
	while (got == -1 && errno == EINTR);
	if (got == (ssize_t)length)
		return 0;
	if (got >= 0)
		errno = EIO;
	return -1;
}

/*
 * The kernel gives these at the start, and this program does not change them.
 */
uid_t
platform_user(void)
{
	return (uid_t)getauxval(AT_UID);
}

uid_t
platform_effective_user(void)
{
	return (uid_t)getauxval(AT_EUID);
}

bool
platform_is_set_id(void)
{
	return getauxval(AT_SECURE) != 0;
}

int
platform_become(uid_t user, gid_t group)
{
	if (setgroups(0, NULL) == -1 || setegid(group) == -1)
		return -1;
	return seteuid(user);
}

void
platform_machine(char name[PLATFORM_MACHINE_SIZE])
{
	/* gethostname(2) may cut off a long name without a NUL. */
	memset(name, 0, PLATFORM_MACHINE_SIZE);
	(void)gethostname(name, PLATFORM_MACHINE_SIZE - 1);
}

unsigned long long
platform_space_id(enum platform_space space)
{
	static const char *const links[] = {
	    [PLATFORM_SPACE_NETWORK] = "/proc/self/ns/net",
	    [PLATFORM_SPACE_PROCESSES] = "/proc/self/ns/pid",
	    [PLATFORM_SPACE_MOUNTS] = "/proc/self/ns/mnt",
	    [PLATFORM_SPACE_USERS] = "/proc/self/ns/user",
	};
	struct stat st;

	return stat(links[space], &st) == 0 ? (unsigned long long)st.st_ino : 0;
}

bool
platform_boot(char name[PLATFORM_BOOT_SIZE])
{
	int fd = openat(
	    AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd == -1)
		return false;
	got = read(fd, name, PLATFORM_BOOT_SIZE - 1);
	(void)close(fd);
	if (got != PLATFORM_BOOT_SIZE - 1)
		return false;
	name[got] = '\0';
	return true;
}

/*
 * The innermost unit in the path of a control group, if it is a service. A
 * service can have groups below its own.
 */
static bool
find_service(char *group, char unit[PLATFORM_UNIT_SIZE])
{
	static const char kind[] = ".service", login[] = "user@";
	char *slash, *name;
	size_t length;

	do {
		if ((slash = strrchr(group, '/')) == NULL)
			return false;
		name = slash + 1;
		length = strlen(name);
		if (length >= sizeof(kind) && length < PLATFORM_UNIT_SIZE &&
		    strcmp(name + length - (sizeof(kind) - 1), kind) == 0) {
			memcpy(unit, name, length + 1);
			return strncmp(name, login, strlen(login)) != 0;
		}
		*slash = '\0';
	} while (strstr(name, ".scope") == NULL);
	return false;
}

bool
platform_unit(char unit[PLATFORM_UNIT_SIZE])
{
	static const char named[] = ":name=systemd:";
	const size_t length = sizeof(named) - 1;
	char lines[1024], *line, *end, *group;
	ssize_t got;
	int fd;

	fd = openat(AT_FDCWD, "/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	got = read(fd, lines, sizeof(lines) - 1);
	(void)close(fd);
	lines[got > 0 ? got : 0] = '\0';
	for (line = lines; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		/* Its number, a colon, what it is for, a colon. */
		if ((group = strchr(line, ':')) == NULL)
			continue;
		if (strncmp(line, "0::", 3) == 0)
			group = line + 3;
		else if (strncmp(group, named, length) == 0)
			group += length;
		else
			group = NULL;
		if (group != NULL && find_service(group, unit))
			return true;
	}
	return false;
}

bool
platform_is_own_program(const char *path)
{
	const char *own = (const char *)getauxval(AT_EXECFN);
	struct stat named, running;

	if (stat(path, &named) == -1)
		return false;
	/*
	 * /proc hides the program from a user who may run it but not read it.
	 */
	if (stat("/proc/self/exe", &running) == -1 &&
	    (own == NULL || stat(own, &running) == -1))
		return false;
	return named.st_ino == running.st_ino && named.st_dev == running.st_dev;
}

bool
platform_own_path(char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);

	if (length <= 0 || length >= PATH_MAX)
		return false;
	path[length] = '\0';
	return true;
}

enum {
	OVERFLOW_USER = 65534, /* what unmapped users are called */
	SMALL_FILE_SIZE = 4096,
};

/* Reads a file of /proc as a whole. False where it does not fit. */
static bool
read_small_file(const char *path, char content[SMALL_FILE_SIZE])
{
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd == -1)
		return false;
	length = read(fd, content, SMALL_FILE_SIZE);
	(void)close(fd);
	if (length < 0 || length == SMALL_FILE_SIZE)
		return false;
	content[length] = '\0';
	return true;
}

bool
platform_is_unmapped_user(uid_t user)
{
	char content[SMALL_FILE_SIZE], *at = content, *end;
	unsigned long inside, outside, count;

	if (user !=
	    (read_small_file("/proc/sys/kernel/overflowuid", content)
		    ? strtoul(content, NULL, 10)
		    : OVERFLOW_USER))
		return false;
	if (!read_small_file("/proc/self/uid_map", content))
		return false;
	for (;;) {
		inside = strtoul(at, &end, 10);
		if (end == at)
			return true;
		outside = strtoul(end, &end, 10);
		count = strtoul(end, &at, 10);
		/* Root has a number, or that is a user's. */
		if (outside == 0 || (user >= inside && user - inside < count))
			return false;
	}
}
