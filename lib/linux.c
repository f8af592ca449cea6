#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif

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

int
platform_process_start(
    pid_t pid, unsigned long long *start_ticks, bool *is_zombie)
{
	char path[32], line[1024], *field;
	ssize_t length;
	int fd, number;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) == -1) {
		/* Without /proc nothing can be said of any process. */
		if (errno == ENOENT && access("/proc/self/stat", F_OK) == 0)
			errno = ESRCH;
		return -1;
	}
	length = read(fd, line, sizeof(line) - 1);
	(void)close(fd);
	if (length <= 0) {
		if (length == 0)
			errno = ESRCH;
		return -1;
	}
	line[length] = '\0';

	/*
	 * proc_pid_stat(5): the name stands in parentheses and may hold any
	 * byte, so the fields are counted from the last closing one: state is
	 * field 3, start time field 22.
	 */
	if ((field = strrchr(line, ')')) == NULL || field[1] != ' ') {
		errno = EPROTO;
		return -1;
	}
	field += 2;
	if (is_zombie != NULL)
		*is_zombie = *field == 'Z' || *field == 'X';
	for (number = 3; number < 22; number++) {
		if ((field = strchr(field, ' ')) == NULL) {
			errno = EPROTO;
			return -1;
		}
		field++;
	}
	*start_ticks = strtoull(field, NULL, 10);
	return 0;
}

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

/* getdents64(2), which has no wrapper everywhere. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short record_length;
	unsigned char type;
	char name[];
};

int
platform_names_read(int dir_fd,
    char names[PLATFORM_NAMES_MAX][PLATFORM_NAME_SIZE], size_t *count)
{
	/* An entry with a name of 12 bytes takes 32: they all fit. */
	union {
		char bytes[32 * PLATFORM_NAMES_MAX];
		struct directory_entry align;
	} buffer;
	const struct directory_entry *entry;
	long length, at;

	*count = 0;
	length =
	    syscall(SYS_getdents64, dir_fd, buffer.bytes, sizeof(buffer.bytes));
	if (length <= 0)
		return (int)length;
	for (at = 0; at < length; at += entry->record_length) {
		entry = (const void *)(buffer.bytes + at);
		if (strlen(entry->name) == PLATFORM_NAME_SIZE - 1 &&
		    *count < PLATFORM_NAMES_MAX)
			memcpy(
			    names[(*count)++], entry->name, PLATFORM_NAME_SIZE);
	}
	return 1;
}

int
platform_names_rewind(int dir_fd)
{
	return lseek(dir_fd, 0, SEEK_SET) == -1 ? -1 : 0;
}

int
platform_peer_user(int socket_fd, uid_t *user)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return -1;
	*user = peer.uid;
	return 0;
}

void
platform_watch_self(struct platform_watch *watch, pid_t self)
{
	watch->pid = self;
	/* Opened by the process itself, so that the pid cannot be reused. */
	watch->fd = (int)syscall(SYS_pidfd_open, watch->pid, 0);
}

void
platform_watch_wait(const struct platform_watch *watch)
{
	struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};
	sigset_t parent_died;

	/* A pidfd gets readable when the process is a zombie: pidfd_open(2). */
	if (watch->fd != -1) {
		while (poll(&poll_fd, 1, -1) != 1)
			;
		return;
	}
	/*
	 * Linux before 5.3, or a sandbox that hides pidfd_open. The signal is
	 * only a hint, since anybody can send it: getppid(2) is what counts,
	 * read after the signal was asked for, so that no end is missed.
	 */
	(void)sigemptyset(&parent_died);
	(void)sigaddset(&parent_died, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &parent_died, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	while (getppid() == watch->pid) {
		const struct timespec second = {1, 0};

		(void)sigtimedwait(&parent_died, NULL, &second);
	}
}

/* Room for the stack, and at its lower end what the child is told. */
enum { CHILD_STACK_SIZE = 32768 };
struct child_start {
	void (*run)(void *argument);
	max_align_t argument[];
};

static int
run_child(void *stack)
{
	struct child_start *start = stack;

	start->run(start->argument);
	_exit(0);
}

int
platform_start_child(
    void (*run)(void *argument), const void *argument, size_t size)
{
	struct child_start *start;
	int pid;

	if (size > CHILD_STACK_SIZE / 4) {
		errno = E2BIG;
		return -1;
	}
	start = mmap(NULL, CHILD_STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (start == MAP_FAILED)
		return -1;
	start->run = run;
	memcpy(start->argument, argument, size);
#ifdef START_CHILD_BY_FORK
	/* For valgrind and the sanitizers, which cannot follow a clone. */
	if ((pid = fork()) == 0)
		run_child(start);
#else
	/* No signal to tell of its end: nobody is to wait for it. */
	pid =
	    clone(run_child, (char *)start + CHILD_STACK_SIZE, CLONE_VM, start);
#endif
	return pid == -1 ? -1 : 0;
}

static int
compare_ints(const void *a, const void *b)
{
	const int *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
close_range_or_each(unsigned int first, unsigned int last)
{
	long maximum;
	unsigned int fd;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	maximum = sysconf(_SC_OPEN_MAX);
	if (maximum < 0 || maximum > 65536)
		maximum = 65536;
	for (fd = first; fd <= last && fd < (unsigned int)maximum; fd++)
		(void)close((int)fd);
}

void
platform_close_all_but(int *keep, size_t count)
{
	unsigned int next = 0;
	size_t i;

	qsort(keep, count, sizeof(*keep), compare_ints);
	for (i = 0; i < count; i++) {
		if (keep[i] < 0 || (unsigned int)keep[i] < next)
			continue;
		if (keep[i] > 0)
			close_range_or_each(next, (unsigned int)keep[i] - 1);
		next = (unsigned int)keep[i] + 1;
	}
	close_range_or_each(next, UINT_MAX);
}

/*
 * A line of /proc/net/unix: address, reference count, protocol, flags, type,
 * state (3: connected), inode, path. Both ends of a connection are listed, the
 * accepted one under the name of the listening socket: unix(7).
 */
static bool
is_client_line(const char *line, const char *path)
{
	const size_t length = strlen(path);
	const char *at = line;
	int field;

	for (field = 0; field < 5; field++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	at += strspn(at, " ");
	if (strncmp(at, "03 ", 3) != 0 || (at = strchr(at, '/')) == NULL)
		return false;
	return strncmp(at, path, length) == 0 &&
	    (at[length] == '\0' || at[length] == '.');
}

bool
platform_socket_has_clients(const char *path)
{
	char buffer[4096], *line, *end;
	size_t held = 0;
	ssize_t got;
	bool found = false;
	int fd;

	fd = openat(AT_FDCWD, "/proc/net/unix", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	while (!found &&
	    (got = read(fd, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
		held += (size_t)got;
		buffer[held] = '\0';
		for (line = buffer; (end = strchr(line, '\n')) != NULL;
		     line = end + 1) {
			*end = '\0';
			if (is_client_line(line, path))
				found = true;
		}
		held -= (size_t)(line - buffer);
		memmove(buffer, line, held);
		if (held == sizeof(buffer) - 1)
			held = 0;
	}
	(void)close(fd);
	return found;
}

/* proc_pid_cmdline(5): the words, each with a NUL behind it. */
static bool
command_line_names(const char *pid, const char *name)
{
	/* Of a backgrounded master it is the title that ssh gives itself. */
	static const char master_title[] = "ssh: ";
	char path[32], bytes[4096];
	const size_t length = strlen(name);
	size_t held = 0, at;
	ssize_t got;
	bool found = false, is_first = true;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.12s/cmdline", pid);
	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	while (!found &&
	    (got = read(fd, bytes + held, sizeof(bytes) - held)) > 0) {
		held += (size_t)got;
		if (is_first && held >= sizeof(master_title) - 1 &&
		    memcmp(bytes, master_title, sizeof(master_title) - 1) == 0)
			break;
		is_first = false;
		for (at = 0; !found && at + length <= held; at++)
			found = memcmp(bytes + at, name, length) == 0;
		/* The name may lie across two reads. */
		if (held > length) {
			memmove(bytes, bytes + held - length, length);
			held = length;
		}
	}
	(void)close(fd);
	return found;
}

bool
platform_is_named_by_process(const char *name)
{
	union {
		char bytes[4096];
		struct directory_entry align;
	} buffer;
	const struct directory_entry *entry;
	long length, at;
	bool found = false;
	int fd;

	fd = openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return false;
	while (!found &&
	    (length = syscall(
		 SYS_getdents64, fd, buffer.bytes, sizeof(buffer.bytes))) > 0) {
		for (at = 0; !found && at < length;
		     at += entry->record_length) {
			entry = (const void *)(buffer.bytes + at);
			if (entry->name[0] >= '1' && entry->name[0] <= '9')
				found = command_line_names(entry->name, name);
		}
	}
	(void)close(fd);
	return found;
}

/*
 * The depth is kept in the process's timer slack, which prctl(2) says is
 * inherited and survives exec: nanoseconds beyond the default, where nothing
 * but this would put them. An environment variable would be seen by ssh.
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

void
platform_set_process_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
}
