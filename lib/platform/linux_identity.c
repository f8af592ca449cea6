#define _GNU_SOURCE
#include "platform/platform.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
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

/* getauxval(3): told by the kernel at the start; nothing here changes it. */
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
	/* gethostname(2) may leave a name that is too long without its end. */
	memset(name, 0, PLATFORM_MACHINE_SIZE);
	(void)gethostname(name, PLATFORM_MACHINE_SIZE - 1);
}

static unsigned long long
inode_number(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (unsigned long long)st.st_ino : 0;
}

unsigned long long
platform_network_id(void)
{
	return inode_number("/proc/self/ns/net");
}

unsigned long long
platform_pid_space_id(void)
{
	return inode_number("/proc/self/ns/pid");
}

bool
platform_is_own_program(const char *path)
{
	const char *own = (const char *)getauxval(AT_EXECFN);
	struct stat named, running;

	if (stat(path, &named) == -1)
		return false;
	/* /proc hides the program of who may run it but not read it. */
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
