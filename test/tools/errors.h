/* The errors that each system call can have; for fault.c. */
#include <errno.h>
#include <sys/syscall.h>

struct errors {
	long number;
	int errors[8];
};

/* What each call can meet on a machine in trouble. */
static const struct errors plausible[] = {
#define FILES ENOSPC, EACCES, EROFS, EIO
#ifdef SYS_open
    {SYS_open, {EACCES, EMFILE, ENOSPC, ENOMEM, EROFS, EIO, EINTR}},
    {SYS_fork, {EAGAIN, ENOMEM}},
    {SYS_vfork, {EAGAIN, ENOMEM}},
    {SYS_poll, {EINTR, ENOMEM}},
    {SYS_mkdir, {FILES}},
    {SYS_rename, {FILES}},
    {SYS_unlink, {EACCES, EROFS, EIO}},
    {SYS_stat, {EACCES, ENOMEM, EIO}},
    {SYS_lstat, {EACCES, ENOMEM, EIO}},
    {SYS_readlink, {EACCES, ENOMEM, EIO}},
    {SYS_dup2, {EMFILE, EINTR}},
    {SYS_pipe, {EMFILE, ENFILE}},
    {SYS_getdents64, {EIO, ENOMEM}},
#endif
    {SYS_openat, {EACCES, EMFILE, ENOSPC, ENOMEM, EROFS, EIO, EINTR}},
    {SYS_clone, {EAGAIN, ENOMEM}},
    {SYS_execve, {ENOMEM, EACCES, EMFILE, EIO}},
    {SYS_renameat, {FILES}},
    {SYS_renameat2, {FILES, EINVAL}},
    {SYS_linkat, {FILES}},
    {SYS_symlinkat, {FILES}},
    {SYS_unlinkat, {EACCES, EROFS, EIO}},
    {SYS_mkdirat, {FILES}},
    {SYS_flock, {EINTR, ENOLCK}},
    {SYS_read, {EIO, EINTR}},
    {SYS_readv, {EIO, EINTR}},
    {SYS_pread64, {EIO, EINTR}},
    {SYS_write, {ENOSPC, EIO, EINTR}},
    {SYS_writev, {ENOSPC, EIO, EINTR}},
    {SYS_pwrite64, {ENOSPC, EIO, EROFS, EINTR}},
    {SYS_pwritev2, {ENOSPC, EIO, EROFS, EINTR}},
    {SYS_close, {EIO, EINTR}},
    {SYS_fsync, {EIO, ENOSPC}},
    {SYS_newfstatat, {EACCES, ENOMEM, EIO}},
    {SYS_fstat, {EIO, ENOMEM}},
    {SYS_statx, {EACCES, ENOMEM, EIO}},
    {SYS_readlinkat, {EACCES, ENOMEM, EIO}},
    {SYS_faccessat, {EACCES, ENOMEM, EIO}},
    {SYS_utimensat, {EACCES, EROFS, EIO}},
    {SYS_socket, {EMFILE, ENOMEM, EACCES}},
    {SYS_socketpair, {EMFILE, ENOMEM}},
    {SYS_bind, {ENOSPC, EACCES, EROFS, ENOMEM}},
    {SYS_connect, {EAGAIN, EACCES, EINTR}},
    {SYS_sendmsg, {ENOBUFS, ENOMEM, EINTR}},
    {SYS_sendto, {ENOBUFS, ENOMEM, EINTR}},
    {SYS_recvmsg, {ENOMEM, EINTR}},
    {SYS_recvfrom, {ENOMEM, EINTR}},
    {SYS_getsockopt, {ENOBUFS}},
    {SYS_ppoll, {EINTR, ENOMEM}},
    {SYS_dup3, {EMFILE, EINTR}},
    {SYS_pipe2, {EMFILE, ENFILE}},
    {SYS_fcntl, {EMFILE, ENOMEM}},
    {SYS_mmap, {ENOMEM}},
    {SYS_brk, {ENOMEM}},
    {SYS_getrandom, {EAGAIN, EINTR}},
    {SYS_chdir, {EACCES, ENOMEM}},
    {SYS_nanosleep, {EINTR}},
    {SYS_clock_nanosleep, {EINTR}},
#ifdef SYS_pidfd_open
    {SYS_pidfd_open, {EMFILE, ENOMEM, ENOSYS}},
#endif
#ifdef SYS_close_range
    {SYS_close_range, {ENOSYS, EMFILE}},
#endif
};
