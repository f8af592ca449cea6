#define _GNU_SOURCE
#include "platform/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <link.h>
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
#include <sys/sysmacros.h>
#include <time.h>
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

/*
 * The field with that number (from 3 on) of /proc/PID/stat, within line, which
 * is filled with the file. Null with errno.
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
		/* Without /proc nothing can be said of any process. */
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
	 * proc_pid_stat(5): the name stands in parentheses and may hold any
	 * byte, so the fields are counted from the last closing one.
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

int
platform_ticks_now(unsigned long long *ticks)
{
	const unsigned long long second_ns = 1000000000;
	struct timespec now;
	long each_second = sysconf(_SC_CLK_TCK);

	/* proc_pid_stat(5) counts from the boot, time asleep included. */
	if (each_second <= 0 || clock_gettime(CLOCK_BOOTTIME, &now) == -1)
		return -1;
	*ticks =
	    (unsigned long long)now.tv_sec * (unsigned long long)each_second +
	    (unsigned long long)now.tv_nsec /
		(second_ns / (unsigned long long)each_second);
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
platform_names_read(
    int dir_fd, char names[][PLATFORM_NAME_SIZE], size_t room, size_t *count)
{
	/* An entry with a name of 12 bytes takes 32: they all fit. */
	union {
		char bytes[32 * PLATFORM_NAMES_MAX];
		struct directory_entry align;
	} buffer;
	const struct directory_entry *entry;
	long length, at;

	*count = 0;
	if (room > PLATFORM_NAMES_MAX)
		room = PLATFORM_NAMES_MAX;
	length = syscall(SYS_getdents64, dir_fd, buffer.bytes, 32 * room);
	if (length <= 0)
		return (int)length;
	for (at = 0; at < length; at += entry->record_length) {
		entry = (const void *)(buffer.bytes + at);
		if (strlen(entry->name) == PLATFORM_NAME_SIZE - 1 &&
		    *count < room)
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

int
platform_wait_readable(int fd, int timeout_ms, const sigset_t *mask)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	const struct timespec timeout = {
	    timeout_ms / 1000, timeout_ms % 1000 * 1000000L};

	/* Neither poll(2) nor pselect(2) serves: the one has no mask, the
	 * other no high descriptors. */
	return ppoll(&poll_fd, 1, timeout_ms >= 0 ? &timeout : NULL, mask);
}

int
platform_process_fd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

void
platform_watch_self(struct platform_watch *watch, pid_t self)
{
	watch->pid = self;
	/* Opened by the process itself, so that the pid cannot be reused. */
	watch->fd = platform_process_fd(watch->pid);
}

enum { SHORT_SESSION_MS = 200 };

/* ld(1) tells where the program begins. */
extern const char __executable_start[];

/*
 * Forgets the pages of this program that are as they are on disk: they come
 * back from the page cache when they are needed. Whoever waits for hours need
 * not hold them (measured: 320 KiB of private pages with, 200 without).
 */
static void
forget_program(void)
{
	const ElfW(Phdr) *header = (const void *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM), i;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), base, from;
	bool is_first = true;

	for (i = 0, base = 0; header != NULL && i < count; i++, header++) {
		if (header->p_type != PT_LOAD)
			continue;
		if (is_first)
			base = (uintptr_t)__executable_start - header->p_vaddr;
		is_first = false;
		if ((header->p_flags & PF_W) != 0)
			continue;
		from = (base + header->p_vaddr) & ~(page - 1);
		(void)madvise((void *)from,
		    base + header->p_vaddr + header->p_memsz - from,
		    MADV_DONTNEED);
	}
}

void
platform_watch_wait(const struct platform_watch *watch)
{
	struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};
	sigset_t parent_died;

	/* Most sessions are short, and to those it would be nothing but work. */
	if (watch->fd == -1 || poll(&poll_fd, 1, SHORT_SESSION_MS) != 1)
		forget_program();
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
 * A file below /proc/PID belongs to the user of the process, or to root where
 * the process hides its memory. Other users can have any word in theirs.
 */
static bool
is_of_own_process(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    (st.st_uid == platform_effective_user() || st.st_uid == 0);
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
	if (!is_of_own_process(fd)) {
		(void)close(fd);
		return false;
	}
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

struct platform_view {
	struct locked_file {
		unsigned int major, minor;
		unsigned long long inode;
		pid_t pid;
	} * locks;
	size_t lock_count, lock_room;
	struct master {
		char *path;
		pid_t pid;
		bool is_stopped;
	} * masters;
	size_t master_count, master_room;
};

/* Makes room for one more element. False without memory. */
static bool
make_room(void **array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room > 0 ? *room * 2 : 64;
	void *more;

	if (count < *room)
		return true;
	if ((more = realloc(*array, wanted * size)) == NULL)
		return false;
	*array = more;
	*room = wanted;
	return true;
}

/*
 * proc_locks(5), with a "->" in front of those that only wait: "1: FLOCK
 * ADVISORY  WRITE 4711 fe:00:1234 0 EOF".
 */
static bool
view_lock(struct platform_view *view, const char *line)
{
	struct locked_file *lock;
	long pid;

	if (!make_room((void **)&view->locks, view->lock_count,
		&view->lock_room, sizeof(*view->locks)))
		return false;
	lock = &view->locks[view->lock_count];
	if (sscanf(line, "%*u: FLOCK %*s WRITE %ld %x:%x:%llu", &pid,
		&lock->major, &lock->minor, &lock->inode) != 4)
		return true;
	lock->pid = pid > 0 ? (pid_t)pid : 0;
	view->lock_count++;
	return true;
}

static bool
view_locks(struct platform_view *view)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	bool ok = true;

	while (ok && locks != NULL && fgets(line, sizeof(line), locks) != NULL)
		ok = view_lock(view, line);
	if (locks != NULL)
		(void)fclose(locks);
	return ok;
}

/*
 * A backgrounded master calls itself "ssh: CONTROL-PATH [mux]". The file may
 * hold blanks or zeros behind it, where the arguments were longer.
 */
static char *
path_in_title(char *title, size_t length)
{
	static const char end[] = " [mux]";
	char *path;

	while (length > 0 &&
	    (title[length - 1] == '\0' || title[length - 1] == ' '))
		length--;
	title[length] = '\0';
	if (length <= sizeof(end) - 1 || strlen(title) != length ||
	    strcmp(title + length - (sizeof(end) - 1), end) != 0 ||
	    (path = strstr(title, ": /")) == NULL)
		return NULL;
	title[length - (sizeof(end) - 1)] = '\0';
	return path + 2;
}

static bool
view_process(struct platform_view *view, const char *pid)
{
	char path[32], bytes[4096 + 1], line[STAT_SIZE], *title;
	struct master *master;
	const char *state;
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.12s/cmdline", pid);
	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) == -1)
		return true;
	got = read(fd, bytes, sizeof(bytes) - 1);
	if (!is_of_own_process(fd))
		got = 0;
	(void)close(fd);
	if (got <= 0 || (title = path_in_title(bytes, (size_t)got)) == NULL)
		return true;
	if (!make_room((void **)&view->masters, view->master_count,
		&view->master_room, sizeof(*view->masters)))
		return false;
	master = &view->masters[view->master_count];
	master->pid = (pid_t)strtol(pid, NULL, 10);
	state = read_stat(master->pid, line, STAT_STATE);
	master->is_stopped = state != NULL && (*state == 'T' || *state == 't');
	if ((master->path = strdup(title)) == NULL)
		return false;
	view->master_count++;
	return true;
}

static bool
view_processes(struct platform_view *view)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	bool ok = true;

	while (ok && processes != NULL && (entry = readdir(processes)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			ok = view_process(view, entry->d_name);
	if (processes != NULL)
		(void)closedir(processes);
	return ok;
}

static int
compare_locks(const void *a, const void *b)
{
	const struct locked_file *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static int
compare_masters(const void *a, const void *b)
{
	const struct master *left = a, *right = b;

	return strcmp(left->path, right->path);
}

struct platform_view *
platform_view_take(void)
{
	struct platform_view *view = calloc(1, sizeof(*view));

	if (view == NULL)
		return NULL;
	if (!view_locks(view) || !view_processes(view)) {
		platform_view_free(view);
		errno = ENOMEM;
		return NULL;
	}
	if (view->lock_count > 0)
		qsort(view->locks, view->lock_count, sizeof(*view->locks),
		    compare_locks);
	if (view->master_count > 0)
		qsort(view->masters, view->master_count, sizeof(*view->masters),
		    compare_masters);
	return view;
}

void
platform_view_free(struct platform_view *view)
{
	size_t i;

	if (view == NULL)
		return;
	for (i = 0; i < view->master_count; i++)
		free(view->masters[i].path);
	free(view->masters);
	free(view->locks);
	free(view);
}

bool
platform_view_is_locked(
    const struct platform_view *view, const struct stat *file, pid_t *pid)
{
	const struct locked_file wanted = {.inode = file->st_ino};
	const struct locked_file *lock, *end = view->locks + view->lock_count;
	unsigned int major_number = major(file->st_dev);

	*pid = 0;
	if (view->lock_count == 0 ||
	    (lock = bsearch(&wanted, view->locks, view->lock_count,
		 sizeof(wanted), compare_locks)) == NULL)
		return false;
	/* bsearch(3) finds any of those with the same inode number. */
	while (lock > view->locks && lock[-1].inode == wanted.inode)
		lock--;
	for (; lock < end && lock->inode == wanted.inode; lock++) {
		/*
		 * The list tells the device of the file system, stat(2) on
		 * btrfs that of the subvolume; both have major number 0 then.
		 */
		if (lock->major != major_number ||
		    (major_number != 0 && lock->minor != minor(file->st_dev)))
			continue;
		*pid = lock->pid;
		return true;
	}
	return false;
}

pid_t
platform_view_master(
    const struct platform_view *view, const char *socket_path, bool *is_stopped)
{
	const struct master wanted = {.path = (char *)socket_path};
	const struct master *master = NULL;

	if (view->master_count > 0)
		master = bsearch(&wanted, view->masters, view->master_count,
		    sizeof(wanted), compare_masters);
	*is_stopped = master != NULL && master->is_stopped;
	return master != NULL ? master->pid : 0;
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

bool
platform_own_path(char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);

	if (length <= 0 || length >= PATH_MAX)
		return false;
	path[length] = '\0';
	return true;
}

void
platform_set_process_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
}
