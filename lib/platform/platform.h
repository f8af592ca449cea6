/*
 * Everything that only Linux has, behind plain functions. Another system needs
 * other files for linux_*.c, and nothing else. Each file has one subject.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* linux_identity.c: the user, machine and program of this process. */

/* Fills the buffer with random bytes. 0, or -1 with errno. */
int platform_random(void *buffer, size_t length);

/* The real and the effective user, without a system call. */
uid_t platform_user(void);
uid_t platform_effective_user(void);

/*
 * Whether the number stands for users of whom the user namespace of this
 * process has none: where it has not all of them, and that one is not mapped.
 */
bool platform_is_unmapped_user(uid_t user);

/*
 * Whether this process has rights that its caller lacks: it is a set-user-id or
 * set-group-id program, or one executed it.
 */
bool platform_is_set_id(void);

/*
 * Gives up all rights except those of the effective user and group, for good.
 * Returns 0, or -1 with errno.
 */
int platform_become(uid_t user, gid_t group);

/* The name of this machine. It marks files in a home that machines share. */
enum { PLATFORM_MACHINE_SIZE = 256 };
void platform_machine(char name[PLATFORM_MACHINE_SIZE]);

/*
 * The number of a namespace of this process, or 0 if the system has none.
 * Processes with different numbers reach different hosts, or mean different
 * processes, files or users by the same name.
 */
enum platform_space {
	PLATFORM_SPACE_NETWORK,
	PLATFORM_SPACE_PROCESSES,
	PLATFORM_SPACE_MOUNTS,
	PLATFORM_SPACE_USERS,
};
unsigned long long platform_space_id(enum platform_space space);

/*
 * What this process may not do that others of the user may: lines that are the
 * same for all processes of one sandbox. Empty where that is not told.
 */
enum { PLATFORM_SANDBOX_SIZE = 1024 };
void platform_sandbox(char lines[PLATFORM_SANDBOX_SIZE]);

/*
 * The name of this run of the kernel, which no other boot has. False where it
 * is not told.
 */
enum { PLATFORM_BOOT_SIZE = 37 };
bool platform_boot(char name[PLATFORM_BOOT_SIZE]);

/*
 * The name of the service whose end is the end of all its processes, as
 * systemd calls it. False where this process belongs to none, or to a login.
 */
enum { PLATFORM_UNIT_SIZE = 256 };
bool platform_unit(char unit[PLATFORM_UNIT_SIZE]);

/* Whether the path leads to the file that this process runs. */
bool platform_is_own_program(const char *path);

/* The path of the file that this process runs. False if it is unknown. */
bool platform_own_path(char path[PATH_MAX]);

/* linux_process.c: facts about any process. */

/*
 * The start time of the process, in clock ticks since boot. With the pid it
 * identifies the process. exec does not change it. *is_zombie, unless null,
 * tells whether it has ended and waits for its parent. Returns 0, or -1 with
 * errno (ESRCH: there is none).
 */
int platform_process_start(
    pid_t pid, unsigned long long *start_ticks, bool *is_zombie);

/*
 * The same, where it matters to be sure: ESRCH only where there is no such
 * process, and success only where what /proc shows is that process. All else
 * is not known: /proc hides it, or is that of another space of processes.
 */
int platform_process_look(
    pid_t pid, unsigned long long *start_ticks, bool *is_zombie);

/* The time now, on the same clock. Returns 0, or -1 with errno. */
int platform_ticks_now(unsigned long long *ticks);

/*
 * Milliseconds since the boot, and how many of them the machine was suspended.
 * Returns 0, or -1 with errno. Makes no system call.
 */
int platform_since_boot(int64_t *ms, int64_t *asleep_ms);

/*
 * The name of the program of the process, as ps shows it. Returns 0, or -1 with
 * errno and an empty name.
 */
enum { PLATFORM_PROCESS_NAME_SIZE = 16 };
int platform_process_name(pid_t pid, char name[PLATFORM_PROCESS_NAME_SIZE]);

/* Converts these ticks to seconds. */
long long platform_ticks_in_secs(unsigned long long ticks);

/*
 * How many descriptors with that number or a higher one the process has open.
 * -1 where that is not told; INT_MAX: very many. Needs no allocation.
 */
int platform_count_descriptors(pid_t pid, int from);

/* Whether the process is stopped. False if that is unknown. */
bool platform_process_is_stopped(pid_t pid);

/*
 * A close-on-exec descriptor that becomes readable when the process ends. The
 * caller owns it. For a process that is neither the caller nor its unreaped
 * child, the caller must check that the pid is still that process. Returns -1
 * with errno (ESRCH: no such process; others: the kernel has no such
 * descriptors).
 */
int platform_process_fd(pid_t pid);

/*
 * Sends a signal to the process of this descriptor. Returns 0, or -1 with
 * errno.
 */
int platform_kill(int process_fd, int number);

/*
 * Calls look() for each process of this user or root, with a descriptor that
 * reads its command line (proc_pid_cmdline(5)), until it returns false. The
 * descriptor is closed after the call. Does nothing without /proc. Allocates
 * nothing.
 */
typedef bool platform_look(void *argument, pid_t pid, int command_line_fd);
void platform_each_process(platform_look *look, void *argument);

/* Sets the name of the process in ps and top, at most 15 bytes. */
void platform_set_process_name(const char *name);

/*
 * The number of nested programs that were run after platform_deepen(). The
 * program cannot see it. 0 if it is unknown.
 */
int platform_depth(void);
void platform_deepen(void);

/* linux_child.c: a child that outlives the program. */

/*
 * Watches a process for its end, without being its parent and without a pipe:
 * ssh closes all descriptors that it inherits. The watched process, whose pid
 * is self, makes the watch. The child that waits inherits it. fd is -1 if the
 * kernel has no such descriptors; a child can still watch its parent then.
 */
struct platform_watch {
	int fd;
	pid_t pid;
};
void platform_watch_self(struct platform_watch *watch, pid_t self);
/* Whether it ended, even as a zombie, within this many milliseconds. */
bool platform_watch_for(const struct platform_watch *watch, int ms);
/* Waits until the watched process has ended, even as a zombie. */
void platform_watch_wait(const struct platform_watch *watch);

/*
 * Starts a child that calls run(argument) and then _exits with 0. It shares the
 * memory of the caller until the caller execs or ends, which saves the copy of
 * the page tables: 31 microseconds instead of 148. So run() must make only
 * system calls: no allocation, no standard streams, no global state.
 *
 * The argument, of argument_size bytes, is copied to the stack of the child.
 * All signals are blocked in the child. wait(2) of the caller, or of the
 * program that it execs, does not see the child.
 *
 * With waits, run() begins when the caller execs or ends. The caller can do
 * anything until then. A close-on-exec descriptor stays open here. Returns the
 * pid, or -1 with errno.
 */
pid_t platform_start_child(
    void (*run)(void *argument), const void *argument, size_t size, bool waits);

/* Kills a waiting child of platform_start_child(), and waits for its end. */
void platform_end_child(pid_t pid);

/* linux_context.c: what a process passes on to its children. */

/*
 * Lets the kernel send this signal when the parent of this process ends, even
 * after an exec. Its own children do not get it. Sends it at once if parent is
 * not the parent any more.
 */
void platform_end_with_parent(pid_t parent, int number);

/*
 * Gives this process the usual context, as far as that is allowed. Soft limits
 * are raised to the hard ones, and limits that cut something off are removed.
 * Niceness, scheduling class, I/O class and out-of-memory score get their
 * defaults. Core files are turned off.
 */
void platform_take_usual_context(void);

/*
 * The part of the context that platform_take_usual_context() may not change.
 * Processes in which it is equal can share a master.
 */
struct platform_remains {
	int nice; /* above 0, or 0 */
	bool is_idle; /* it only runs when nobody else does */
	/* Limits, in bytes and seconds; PLATFORM_NO_LIMIT: there is none. */
	unsigned long long file_size, cpu_time;
};
#define PLATFORM_NO_LIMIT (~0ULL)
void platform_context_remains(struct platform_remains *remains);

/* linux_descriptors.c */

/*
 * poll(2) with this signal mask while it waits (null: the current one). It
 * tries again if the kernel has no memory to wait. Returns the number of ready
 * descriptors, 0 after timeout_ms (-1: no limit), or -1 with errno (EINTR: a
 * signal was caught).
 */
int platform_wait(
    struct pollfd *fds, size_t count, int timeout_ms, const sigset_t *mask);

/*
 * The same for one descriptor: whether it is readable or its other side is
 * closed.
 */
int platform_wait_readable(int fd, int timeout_ms, const sigset_t *mask);

/*
 * Makes a pipe with both ends non-blocking and close-on-exec. fds[0] reads what
 * is written to fds[1]. Returns 0, or -1 with errno.
 */
int platform_pipe(int fds[2]);

/* The same with blocking ends. */
int platform_pipe_that_waits(int fds[2]);

/* Whether the device is the null device, under any name. */
bool platform_is_null_device(dev_t device);

/*
 * Moves at most size bytes from one pipe to another, as splice(2) does. It
 * waits for neither, whatever their flags are. EAGAIN: the first is empty or
 * the second is full. EINVAL: it is not possible for these descriptors.
 */
ssize_t platform_splice(int from_fd, int to_fd, size_t length);

/* Closes all descriptors except those in keep, which it sorts. */
void platform_close_all_but(int *keep, size_t count);

/* linux_directory.c */

/*
 * Renames a file, and fails with EEXIST if the new name exists. Uses link and
 * unlink if the file system cannot do it in one step. Returns 0, or -1 with
 * errno.
 */
int platform_rename_new(
    int from_dir_fd, const char *from, int to_dir_fd, const char *to);

/*
 * Reads the next names of a directory with one system call, into room slots of
 * name_size bytes at names. Names that do not fit into a slot, with their NUL,
 * are left out. *count is the number of stored names. Returns 1, 0 at the end,
 * or -1 with errno. The descriptor has the position; platform_names_rewind()
 * resets it.
 */
int platform_names_read(
    int dir_fd, char *names, size_t name_size, size_t room, size_t *count);
/*
 * Reads all names of a directory, from its position, into size bytes. Each name
 * ends with a NUL, and an empty name follows the last one. Returns 1; 0 if they
 * do not fit; -1 with errno.
 */
int platform_names_all(int dir_fd, char *names, size_t size);
int platform_names_rewind(int dir_fd);

/*
 * The time at which the file was made, in seconds since 1970. Follows no link.
 * Returns 0, or -1 with errno (ENOTSUP: the file system has no such time).
 */
int platform_file_birth(int dir_fd, const char *name, int64_t *secs);

/* linux_sockets.c */

/*
 * The user at the other end of a connected Unix socket. Returns 0, or -1 with
 * errno.
 */
int platform_peer_user(int socket_fd, uid_t *user);

/*
 * Whether this process, of this user, has the other end of the connected Unix
 * socket. False if that is unknown. Allocates nothing.
 */
bool platform_has_other_end(pid_t pid, int socket_fd);

/*
 * Whether a process is connected to the Unix socket at this path, under any
 * name. True if that is unknown now, without a descriptor or memory. False if
 * this machine never tells, or if there is no socket. Allocates nothing.
 */
bool platform_socket_has_clients(const char *path);

/*
 * linux_log.c: hands a line, with its priority in front, to the system's log;
 * never waits for that. 0, or -1 with errno.
 */
int platform_log(const char *line, size_t length);

/*
 * linux_connections.c: the TCP connections of this user in this network
 * namespace, at one moment.
 */
struct platform_connections;

/* Null with errno without memory; where nothing is told, none is known of. */
struct platform_connections *platform_connections_take(void);
void platform_connections_free(struct platform_connections *connections);

/*
 * The connection of the process, as "ADDRESS:PORT". False if it has none or it
 * is unknown.
 */
enum { PLATFORM_ADDRESS_SIZE = 56 };
struct platform_connection {
	char local[PLATFORM_ADDRESS_SIZE], far[PLATFORM_ADDRESS_SIZE];
};
bool platform_connections_find(const struct platform_connections *connections,
    pid_t pid, struct platform_connection *found);

/*
 * linux_open_folders.c: the folders that other processes of this user or root
 * have open or work in, at one moment.
 */
struct platform_open_folders;

/* Null with errno without memory; where nothing is told, none is known of. */
struct platform_open_folders *platform_open_folders_take(void);
void platform_open_folders_free(struct platform_open_folders *folders);
bool platform_open_folders_have(
    const struct platform_open_folders *folders, const struct stat *folder);

/* linux_locks.c: all locks of the system at one moment. It touches no lock. */
struct platform_locks;

/* Null with errno; where nothing is told, no lock is known of. */
struct platform_locks *platform_locks_take(void);
void platform_locks_free(struct platform_locks *locks);

/*
 * Whether a process holds an exclusive flock on the file. *pid is the process
 * that took it, or 0 if that has ended or is not known.
 */
bool platform_locks_hold(
    const struct platform_locks *locks, const struct stat *file, pid_t *pid);

#endif
