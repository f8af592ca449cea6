#define _GNU_SOURCE
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void
platform_end_with_parent(pid_t parent, int number)
{
	(void)prctl(PR_SET_PDEATHSIG, number);
	/* The parent may have ended before the request. */
	if (getppid() != parent)
		_exit(255);
}

/*
 * These limits end a process, or cut off what it writes. They are removed if
 * that is allowed.
 */
static const int cutting[] = {
    RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_RSS};
static const int others[] = {RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE,
    RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING,
    RLIMIT_STACK};

/* More descriptors only slow down programs that close all of them. */
enum { DESCRIPTORS_MAX = 1 << 20 };

static void
raise_to_hard_limit(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (resource == RLIMIT_NOFILE && limit.rlim_cur > DESCRIPTORS_MAX)
		limit.rlim_cur = DESCRIPTORS_MAX;
	(void)setrlimit(resource, &limit);
}

static void
lift_limits(void)
{
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	struct rlimit core;
	size_t i;

	for (i = 0; i < sizeof(cutting) / sizeof(cutting[0]); i++)
		if (setrlimit(cutting[i], &none) == -1)
			raise_to_hard_limit(cutting[i]);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		raise_to_hard_limit(others[i]);
	/* It holds keys, which must not get into a core file. */
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
}

/* RLIMIT_NICE counts backwards: 20 means niceness 0. */
enum { NICE_OFFSET = 20 };

/* As capabilities(7) numbers them. */
enum { MAY_SET_NICE = 23, MAY_SET_LIMITS = 24 };

static bool
has_right(int capability)
{
	struct {
		uint32_t version;
		int pid;
	} header = {0x20080522, 0};
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2];

	return syscall(SYS_capget, &header, data) == 0 &&
	    (data[0].effective >> capability & 1) != 0;
}

static unsigned long long
hard_limit(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == -1 ||
	    limit.rlim_max == RLIM_INFINITY || has_right(MAY_SET_LIMITS))
		return PLATFORM_NO_LIMIT;
	return limit.rlim_max;
}

static bool
may_be_nice_to_itself(void)
{
	struct rlimit limit;

	return (getrlimit(RLIMIT_NICE, &limit) == 0 &&
		   limit.rlim_max >= NICE_OFFSET) ||
	    has_right(MAY_SET_NICE);
}

void
platform_context_remains(struct platform_remains *remains)
{
	/* sched_setattr(2): niceness and class in one call. */
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t times[3];
	} attributes = {0};

	remains->file_size = hard_limit(RLIMIT_FSIZE);
	remains->cpu_time = hard_limit(RLIMIT_CPU);
	remains->nice = 0;
	remains->is_idle = false;
	if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) ==
		-1 ||
	    (attributes.nice <= 0 && attributes.policy != SCHED_IDLE) ||
	    may_be_nice_to_itself())
		return;
	remains->nice = attributes.nice > 0 ? attributes.nice : 0;
	remains->is_idle = attributes.policy == SCHED_IDLE;
}

static void
take_usual_priority(void)
{
	struct sched_param none = {0};
	struct rlimit limit;
	int nice, lowest;

	(void)sched_setscheduler(0, SCHED_OTHER, &none);
	/*
	 * ioprio_set(2): this process has the class that its niceness implies.
	 */
	(void)syscall(SYS_ioprio_set, 1, 0, 0);
	errno = 0;
	nice = getpriority(PRIO_PROCESS, 0);
	if (nice == 0 || errno != 0 || setpriority(PRIO_PROCESS, 0, 0) == 0 ||
	    getrlimit(RLIMIT_NICE, &limit) == -1 ||
	    limit.rlim_cur > NICE_OFFSET)
		return;
	lowest = NICE_OFFSET - (int)limit.rlim_cur;
	if (lowest < nice)
		(void)setpriority(PRIO_PROCESS, 0, lowest);
}

/* Which process the kernel ends first without memory: proc(5). */
static void
take_usual_badness(void)
{
	int fd =
	    openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)!write(fd, "0", 1);
	(void)close(fd);
}

void
platform_take_usual_context(void)
{
	lift_limits();
	take_usual_priority();
	take_usual_badness();
}

/* The whole of a small file; the length, 0 where it cannot be read. */
static size_t
read_whole(const char *path, char *to, size_t size)
{
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	if (fd != -1) {
		got = read(fd, to, size - 1);
		(void)close(fd);
	}
	to[got > 0 ? got : 0] = '\0';
	return strlen(to);
}

void
platform_sandbox(char lines[PLATFORM_SANDBOX_SIZE])
{
	/* proc_pid_status(5); the last is the profile of a security module. */
	static const char *const words[] = {
	    "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:"};
	char status[4096], *line, *end;
	size_t used, i;

	used =
	    read_whole("/proc/self/attr/current", lines, PLATFORM_SANDBOX_SIZE);
	(void)read_whole("/proc/self/status", status, sizeof(status));
	for (line = status; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		size_t length = (size_t)(end - line) + 1;

		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strncmp(line, words[i], strlen(words[i])) == 0 &&
			    used + length < PLATFORM_SANDBOX_SIZE) {
				memcpy(lines + used, line, length);
				used += length;
			}
	}
	lines[used] = '\0';
}
