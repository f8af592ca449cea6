#define _GNU_SOURCE
#include "platform/linux_directory.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * A field (3 or later) of /proc/PID/stat. The file is read into line. Returns
 * null with errno.
 */
enum { STAT_STATE = 3, STAT_START_TIME = 22, STAT_SIZE = 1024 };
static const char *
read_stat(pid_t pid, char line[STAT_SIZE], int wanted)
{
	char path[32], *field;
	ssize_t length;
	int fd, number;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) == -1) {
		/* Without /proc no process can be examined. */
		if (errno == ENOENT && access("/proc/self/stat", F_OK) == 0)
			errno = ESRCH;
		return NULL;
	}
	length = read(fd, line, STAT_SIZE - 1);
	(void)close(fd);
	if (length <= 0) {
		if (length == 0)
			errno = ESRCH;
		return NULL;
	}
	line[length] = '\0';

	/*
	 * proc_pid_stat(5): the name is in parentheses and can contain any
	 * byte, so fields are counted from the last parenthesis.
	 */
	field = strrchr(line, ')');
	for (number = STAT_STATE - 1; field != NULL && number < wanted;
	     number++)
		if ((field = strchr(field, ' ')) != NULL)
			field++;
	if (field == NULL)
		errno = EPROTO;
	return field;
}

int
platform_process_start(
    pid_t pid, unsigned long long *start_ticks, bool *is_zombie)
{
	char line[STAT_SIZE];
	const char *start = read_stat(pid, line, STAT_START_TIME);

	if (start == NULL)
		return -1;
	*start_ticks = strtoull(start, NULL, 10);
	if (is_zombie != NULL) {
		const char *state = strrchr(line, ')') + 2;

		*is_zombie = *state == 'Z' || *state == 'X';
	}
	return 0;
}

/* Whether /proc counts processes as this process does. */
static bool
is_own_proc(void)
{
	char number[16];
	ssize_t length = readlink("/proc/self", number, sizeof(number) - 1);

	if (length <= 0)
		return false;
	number[length] = '\0';
	return strtol(number, NULL, 10) == (long)getpid();
}

static bool
is_there(pid_t pid)
{
	return kill(pid, 0) == 0 || errno == EPERM;
}

int
platform_process_look(
    pid_t pid, unsigned long long *start_ticks, bool *is_zombie)
{
	int error;

	if (!is_there(pid))
		error = ESRCH;
	else if (!is_own_proc())
		error = ENOENT;
	else if (platform_process_start(pid, start_ticks, is_zombie) == 0)
		return 0;
	else
		/* It may have ended in between; else it is hidden. */
		error = errno != ESRCH || !is_there(pid) ? errno : EACCES;
	errno = error;
	return -1;
}

int
platform_ticks_now(unsigned long long *ticks)
{
	const unsigned long long second_ns = 1000000000;
	struct timespec now;
	long each_second = sysconf(_SC_CLK_TCK);

	/*
	 * proc_pid_stat(5) counts from the boot, with the time of suspension.
	 */
	if (each_second <= 0 || clock_gettime(CLOCK_BOOTTIME, &now) == -1)
		return -1;
	*ticks =
	    (unsigned long long)now.tv_sec * (unsigned long long)each_second +
	    (unsigned long long)now.tv_nsec /
		(second_ns / (unsigned long long)each_second);
	return 0;
}

int
platform_since_boot(int64_t *ms, int64_t *asleep_ms)
{
	struct timespec awake, all;

	/* Only the second clock goes on while the machine is suspended. */
	if (clock_gettime(CLOCK_MONOTONIC, &awake) == -1 ||
	    clock_gettime(CLOCK_BOOTTIME, &all) == -1)
		return -1;
	*ms = (int64_t)all.tv_sec * 1000 + all.tv_nsec / 1000000;
	*asleep_ms =
	    *ms - ((int64_t)awake.tv_sec * 1000 + awake.tv_nsec / 1000000);
	return 0;
}

long long
platform_ticks_in_secs(unsigned long long ticks)
{
	long each_second = sysconf(_SC_CLK_TCK);

	return each_second > 0 ? (long long)ticks / each_second : 0;
}

int
platform_process_name(pid_t pid, char name[PLATFORM_PROCESS_NAME_SIZE])
{
	char path[32];
	ssize_t length = -1;
	int fd;

	name[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	length = read(fd, name, PLATFORM_PROCESS_NAME_SIZE - 1);
	(void)close(fd);
	name[length > 0 ? length : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return length > 0 ? 0 : -1;
}

bool
platform_process_is_stopped(pid_t pid)
{
	char line[STAT_SIZE];
	const char *state = read_stat(pid, line, STAT_STATE);

	return state != NULL && (*state == 'T' || *state == 't');
}

/*
 * A file below /proc/PID belongs to the user of the process, or to root if the
 * process hides its memory. Other users can write anything into theirs.
 */
static bool
is_of_own_process(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    (st.st_uid == platform_effective_user() || st.st_uid == 0);
}

/* Returns false to end the walk. */
static bool
show_process(const char *pid, platform_look *look, void *argument)
{
	char path[32];
	bool goes_on = true;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.12s/cmdline", pid);
	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) == -1)
		return true;
	if (is_of_own_process(fd))
		goes_on = look(argument, (pid_t)strtol(pid, NULL, 10), fd);
	(void)close(fd);
	return goes_on;
}

void
platform_each_process(platform_look *look, void *argument)
{
	union {
		char bytes[4096];
		struct platform_directory_entry align;
	} buffer;
	const struct platform_directory_entry *entry;
	long length, at;
	bool goes_on = true;
	int fd;

	fd = openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	while (goes_on &&
	    (length = syscall(
		 SYS_getdents64, fd, buffer.bytes, sizeof(buffer.bytes))) > 0) {
		for (at = 0; goes_on && at < length;
		     at += entry->record_length) {
			entry = (const void *)(buffer.bytes + at);
			if (entry->name[0] >= '1' && entry->name[0] <= '9')
				goes_on =
				    show_process(entry->name, look, argument);
		}
	}
	(void)close(fd);
}

int
platform_count_descriptors(pid_t pid, int from)
{
	char path[32], names[4096], *name;
	int fd, count = 0, result;

	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	result = platform_names_all(fd, names, sizeof(names));
	(void)close(fd);
	if (result == -1)
		return -1;
	for (name = names; result == 1 && *name != '\0';
	     name += strlen(name) + 1)
		if (name[0] != '.' && strtol(name, NULL, 10) >= from)
			count++;
	return result == 1 ? count : INT_MAX;
}

int
platform_process_fd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int
platform_kill(int process_fd, int number)
{
	return (int)syscall(
	    SYS_pidfd_send_signal, process_fd, number, NULL, 0u);
}

void
platform_set_process_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
}

/*
 * The depth is kept in the timer slack of the process, as nanoseconds beyond
 * the default. Every fork and exec passes it on (prctl(2)), ssh included, and
 * one nanosecond in 50000 cannot be measured. It is added only to plain runs.
 *
 * The alternatives are worse. ssh and its children see a variable. Limits,
 * niceness, signals, umask and personality change the program. Descriptors do
 * not survive ssh. The arguments belong to the user.
 */
enum { DEFAULT_SLACK_NS = 50000, DEPTH_LIMIT = 100 };

int
platform_depth(void)
{
	int slack_ns = prctl(PR_GET_TIMERSLACK);

	if (slack_ns < DEFAULT_SLACK_NS ||
	    slack_ns > DEFAULT_SLACK_NS + DEPTH_LIMIT)
		return 0;
	return slack_ns - DEFAULT_SLACK_NS;
}

void
platform_deepen(void)
{
	int slack_ns = prctl(PR_GET_TIMERSLACK);

	if (slack_ns >= DEFAULT_SLACK_NS &&
	    slack_ns < DEFAULT_SLACK_NS + DEPTH_LIMIT)
		(void)prctl(PR_SET_TIMERSLACK, slack_ns + 1);
}
