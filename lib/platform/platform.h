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

/* Now, on the same clock. 0, or -1 with errno. */
int platform_ticks_now(unsigned long long *ticks);

/*
 * Milliseconds since the boot, and how many of them the machine has slept. 0,
 * or -1 with errno. Takes no system call.
 */
int platform_since_boot(int64_t *ms, int64_t *asleep_ms);

/*
 * The name of the program that the process runs, as ps shows it. 0, or -1 with
 * errno and an empty name.
 */
enum { PLATFORM_PROCESS_NAME_SIZE = 16 };
int platform_process_name(pid_t pid, char name[PLATFORM_PROCESS_NAME_SIZE]);

/* How many seconds those ticks are. */
long long platform_ticks_in_secs(unsigned long long ticks);

/* Whether the process is stopped. False where that cannot be found out. */
bool platform_process_is_stopped(pid_t pid);

/*
 * A descriptor, close-on-exec and the caller's, that is readable once the
 * process has ended. Of a process that is neither the caller nor an unreaped
 * child of his, it must be made sure that the pid still is its own. -1 with
 * errno (ESRCH: there is no such process; else the kernel has none).
 */
int platform_process_fd(pid_t pid);

/* Sends a signal to the process of that descriptor. 0, or -1 with errno. */
int platform_kill(int process_fd, int number);

/*
 * Shows look() each process of this user's, or of root's, with a descriptor to
 * read its command line from (proc_pid_cmdline(5)), which is closed behind it;
 * until look() returns false. Nothing where there is no /proc. Needs no
 * allocation.
 */
typedef bool platform_look(void *argument, pid_t pid, int command_line_fd);
void platform_each_process(platform_look *look, void *argument);

/* How the process is called in ps and top; at most 15 bytes count. */
void platform_set_process_name(const char *name);

/*
 * How often, one inside the other, programs were run by way of
 * platform_deepen(), counted where the program that is run cannot see it. 0
 * where that is not known.
 */
int platform_depth(void);
void platform_deepen(void);

/* linux_child.c: a child that outlives the program. */

/*
 * Watching a process for its end, without being its parent and without a pipe
 * (ssh closes all it inherits). A watch is made by the watched process itself,
 * (whose pid is self), then handed down to the child that waits; a child can always watch its
 * parent, whether or not the kernel gave a descriptor (fd is -1 then).
 */
struct platform_watch {
	int fd;
	pid_t pid;
};
void platform_watch_self(struct platform_watch *watch, pid_t self);
/* Whether it has ended, even as a zombie, after so many milliseconds. */
bool platform_watch_for(const struct platform_watch *watch, int ms);
/* Returns when the watched process has ended, even as a zombie. */
void platform_watch_wait(const struct platform_watch *watch);

/*
 * Starts a child that runs run(argument) and then _exits with 0. It shares the
 * memory of the caller until that one execs or ends, which spares the kernel
 * the copy of the page tables (measured: 31 microseconds in place of 148), so
 * run() must make system calls only: no allocation, no standard streams, no
 * global state. The argument, of that size, is copied to the child's own
 * stack. All signals that can be are blocked in the child. It is none that
 * wait(2) of the caller, or of the program it execs, would ever see.
 *
 * With waits, run() begins when the caller execs or ends, and the caller may go
 * on as it likes until then; a descriptor, close-on-exec, stays open here.
 * Returns the pid, or -1 with errno.
 */
pid_t platform_start_child(
    void (*run)(void *argument), const void *argument, size_t size, bool waits);

/* Kills a child of platform_start_child() that waits, and sees its end. */
void platform_end_child(pid_t pid);

/* linux_context.c: what a process hands on to those that it starts. */

/*
 * Has the kernel send this process that signal when its parent ends, also
 * after an exec; its own children are not meant. Ends it at once where parent
 * is its parent no more.
 */
void platform_end_with_parent(pid_t parent, int number);

/*
 * Forgets what this process has from its caller alone, as far as that is
 * allowed: soft limits go up to the hard ones, and those that cut something
 * off go away; niceness, the class of scheduling and of input and output, and
 * the order in which the kernel ends processes for want of memory are the
 * usual ones. Core files are turned off.
 */
void platform_take_usual_context(void);

/*
 * What platform_take_usual_context() would not be allowed to change: those
 * that have it in common share its consequences.
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
 * As poll(2), with that signal mask (null: the current one) set for as long as
 * it waits. Short of memory the kernel cannot wait: it is asked again a moment
 * later. The number of descriptors that are ready, 0 after timeout_ms (-1: it
 * waits for ever), or -1 with errno (EINTR: a signal was caught).
 */
int platform_wait(
    struct pollfd *fds, size_t count, int timeout_ms, const sigset_t *mask);

/* The same for one descriptor to read from, or whose other side is gone. */
int platform_wait_readable(int fd, int timeout_ms, const sigset_t *mask);

/*
 * Makes a pipe with both ends non-blocking and close-on-exec: what is written
 * to fds[1] is read from fds[0]. 0, or -1 with errno.
 */
int platform_pipe(int fds[2]);

/* The same with ends that wait, as those of pipe(2) do. */
int platform_pipe_that_waits(int fds[2]);

/* Whether the device is /dev/null, under whatever name. */
bool platform_is_null_device(dev_t device);

/*
 * Moves at most so many bytes from one pipe to another, and waits for neither,
 * whatever their flags are. As splice(2): -1 with EAGAIN where the one is empty
 * or the other one full, with EINVAL where it cannot be done between these.
 */
ssize_t platform_splice(int from_fd, int to_fd, size_t length);

/* Closes every descriptor that is not among the kept; keep gets sorted. */
void platform_close_all_but(int *keep, size_t count);

/* linux_directory.c */

/*
 * Renames without ever replacing what is there: EEXIST then. Falls back to
 * link and unlink where the file system cannot do it in one step. 0, or -1
 * with errno.
 */
int platform_rename_new(
    int from_dir_fd, const char *from, int to_dir_fd, const char *to);

/*
 * Reads the next names of a directory with one system call, into slots of
 * name_size bytes that follow each other from names on, room of them; names
 * that do not fill a slot, with the NUL that ends them, are left out. *count
 * tells how many were stored. Returns 1, 0 at the end, -1 with errno. The
 * position is the descriptor's: platform_names_rewind() starts anew.
 */
int platform_names_read(
    int dir_fd, char *names, size_t name_size, size_t room, size_t *count);
/*
 * Reads all names of a directory, from its position on, into size bytes: each
 * ended by a NUL, and an empty one behind the last. 1; 0 where there are more
 * than fit; -1 with errno.
 */
int platform_names_all(int dir_fd, char *names, size_t size);
int platform_names_rewind(int dir_fd);

/*
 * When the file was made, without following a link, in seconds since 1970. 0,
 * or -1 with errno (ENOTSUP: its file system does not tell).
 */
int platform_file_birth(int dir_fd, const char *name, int64_t *secs);

/* linux_sockets.c */

/* The user at the other end of a connected Unix socket. 0, or -1, errno. */
int platform_peer_user(int socket_fd, uid_t *user);

/*
 * Whether that process of this user's has the other end of the connected Unix
 * socket. False too where that cannot be found out. Needs no allocation.
 */
bool platform_has_other_end(pid_t pid, int socket_fd);

/*
 * Whether anybody is connected to the Unix socket that lies at that path,
 * under whatever name it was bound. True too where that cannot be found out
 * just now, for want of a descriptor or of memory; false where this machine
 * never tells, and where no socket lies there. Needs no allocation.
 */
bool platform_socket_has_clients(const char *path);

/*
 * linux_connections.c: the TCP connections of this user's at one moment, in
 * this network namespace.
 */
struct platform_connections;

/* Null with errno without memory; where nothing is told, none is known of. */
struct platform_connections *platform_connections_take(void);
void platform_connections_free(struct platform_connections *connections);

/*
 * The connection that the process has, as "ADDRESS:PORT". False where it has
 * none, or that is not told.
 */
enum { PLATFORM_ADDRESS_SIZE = 56 };
struct platform_connection {
	char local[PLATFORM_ADDRESS_SIZE], far[PLATFORM_ADDRESS_SIZE];
};
bool platform_connections_find(const struct platform_connections *connections,
    pid_t pid, struct platform_connection *found);

/*
 * linux_open_folders.c: which folders other processes of this user's, or of
 * root's, have open or work in, at one moment.
 */
struct platform_open_folders;

/* Null with errno without memory; where nothing is told, none is known of. */
struct platform_open_folders *platform_open_folders_take(void);
void platform_open_folders_free(struct platform_open_folders *folders);
bool platform_open_folders_have(
    const struct platform_open_folders *folders, const struct stat *folder);

/*
 * linux_locks.c: what the system tells at one moment of locks, without
 * touching any. Taken once and asked often.
 */
struct platform_locks;

/* Null with errno; where nothing is told, no lock is known of. */
struct platform_locks *platform_locks_take(void);
void platform_locks_free(struct platform_locks *locks);

/*
 * Whether somebody holds an exclusive flock on the file; *pid gets who took
 * it, or 0.
 */
bool platform_locks_hold(
    const struct platform_locks *locks, const struct stat *file, pid_t *pid);

#endif
