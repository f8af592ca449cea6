/*
 * Exclusive leases on the masters of ssh, for other programs.
 *
 * A namespace is a folder that holds the masters of one connection. A lease is
 * the right to use one master; one process at a time holds it. A program opens
 * a namespace, acquires a lease, runs "ssh -S PATH" over it, and releases it.
 * ssh-fast(7) describes the files and the rules for all programs that use them. ssh-fast-ls(1) and ssh-fast-gc(1) work on it at any time.
 *
 * Threads: the library has no global state. Two threads may work on two
 * namespaces, or on one that each has opened for itself. One struct must not
 * be used by two threads at once, and the leases of a namespace count as part
 * of it. ssh_fast_open() sets the umask of the process to 0 for a moment when it
 * makes folders.
 *
 * Signals: no function may be called from a signal handler. The library
 * installs no handlers and raises no SIGPIPE. An interrupted wait goes on.
 *
 * Time: no function waits for a lease that is in use. ssh_fast_acquire()
 * waits for masters as long as its options say, and at most 250 ms for a holder
 * that has just ended. ssh_fast_probe() waits as long as it is told. No other
 * function waits for a process.
 *
 * Processes: all descriptors are close-on-exec. The library starts no process.
 * A child of fork(2) must not use the structs of its parent, and it shares the
 * locks until it ends, execs or closes them.
 *
 * A program can end without a release, even by SIGKILL. Its leases are free as
 * soon as no ssh uses their masters. An ssh that is still logging in does not
 * count.
 */
#ifndef SSH_FAST_H
#define SSH_FAST_H

#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Increases when programs that use this header must change. */
#define SSH_FAST_API 1

/* The version of the library, such as "0.1". A static string. */
const char *ssh_fast_version(void);

struct ssh_fast_namespace;
struct ssh_fast_lease;

enum ssh_fast_problem {
	SSH_FAST_NO_PROBLEM,
	SSH_FAST_SYSTEM, /* a system call failed */
	SSH_FAST_UNTRUSTED, /* another user owns, or can change, what is there */
	SSH_FAST_UNUSABLE, /* no control socket can be made below that path */
	SSH_FAST_BUSY, /* another process is removing the namespace */
};

/* A failure. The caller owns it. */
struct ssh_fast_error {
	enum ssh_fast_problem problem;
	int error; /* errno, with SSH_FAST_SYSTEM; else 0 */
	char message[1024]; /* "cannot open PATH: reason", without a newline */
};

/* How to check a master before it is used. */
enum ssh_fast_check {
	SSH_FAST_CHECK_MASTER, /* the master has to answer */
	SSH_FAST_CHECK_SERVER, /* the server at its other end has to, too */
	SSH_FAST_CHECK_NOTHING, /* the socket is trusted */
};

/* Zeros are good defaults. */
struct ssh_fast_options {
	enum ssh_fast_check check;
	int timeout_ms; /* for all masters together; 0: 500 ms */
};

/* The result of a check. */
enum ssh_fast_state {
	SSH_FAST_ALIVE,
	SSH_FAST_DEAD, /* nobody listens: ssh will log in */
	SSH_FAST_HUNG, /* connected, and no answer in time */
	SSH_FAST_UNKNOWN, /* it could not be found out */
};

/*
 * Opens the namespace of this text below ROOT, an absolute path, and makes both
 * if they are missing. "ssh-fast --root=ROOT --namespace=TEXT" uses the same
 * one. One text must stand for one connection: the library cannot tell where a
 * master leads.
 *
 * Returns the namespace, for ssh_fast_close(); or null, with *error unless that
 * is null.
 */
struct ssh_fast_namespace *
ssh_fast_open(const char *root, const char *text, struct ssh_fast_error *error);

/* Closes the namespace, which must have no lease. Null is ignored. */
void ssh_fast_close(struct ssh_fast_namespace *ns);

/*
 * Acquires a lease on a master that answers, or on a name without a master, for
 * which the first ssh logs in. Options may be null.
 *
 * Returns the lease, for ssh_fast_release(); or null, with *error unless that
 * is null. The namespace must stay open until the release.
 */
struct ssh_fast_lease *ssh_fast_acquire(struct ssh_fast_namespace *ns,
    const struct ssh_fast_options *options, struct ssh_fast_error *error);

/* Whether the acquire found a master. Otherwise ssh logs in. */
bool ssh_fast_is_warm(const struct ssh_fast_lease *lease);

/* The path of the control socket. The lease owns the string. */
const char *ssh_fast_socket(const struct ssh_fast_lease *lease);

/*
 * The same for "ssh -S" and ControlPath, with each '%' written twice. With
 * -oControlMaster=auto and -oControlPersist=SECONDS, ssh starts a master if
 * there is none. The lease owns the string.
 */
const char *ssh_fast_control_path(const struct ssh_fast_lease *lease);

/*
 * Asks the master of the lease again, for at most timeout_ms. *master_pid,
 * unless null, is the pid that it told, or 0.
 */
enum ssh_fast_state ssh_fast_probe(struct ssh_fast_lease *lease,
    enum ssh_fast_check check, int timeout_ms, pid_t *master_pid);

/*
 * Shows that the master is in use: sets the mtime of its socket to now.
 * ssh_fast_release() does that too. Returns 0, or -1 with errno (ENOENT: there
 * is no socket).
 */
int ssh_fast_touch(struct ssh_fast_lease *lease);

/*
 * Releases the lease and frees the memory. The caller's ssh must not use the
 * master any more. If the last ssh_fast_probe() found the master hung, no
 * process gets it until it answers again. Returns 0, or -1 with errno if the
 * lock file could not be moved; the lease is gone anyway. Null is ignored.
 */
int ssh_fast_release(struct ssh_fast_lease *lease);

#ifdef __cplusplus
}
#endif

#endif
