/*
 * Exclusive leases on the connection masters of ssh, for other programs.
 *
 * A namespace is a folder that holds the masters of one connection. A lease is
 * the right to use one master; one process at a time holds it. A program opens
 * a namespace, acquires a lease, runs "ssh -S PATH" over it, and releases it.
 * ssh-fast(7) tells what lies in the folder and which rules all users of it
 * follow. ssh-fast-ls(1) and ssh-fast-gc(1) work on it at any time.
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
 * Time: no function waits for a lease that somebody uses. ssh_fast_acquire()
 * waits for masters as long as its options say, and at most 250 ms for a holder
 * that has just ended. ssh_fast_probe() waits as long as it is told. No other
 * function waits for a process.
 *
 * Processes: all descriptors are close-on-exec. The library starts no process.
 * A child of fork(2) must not use the structs of its parent, and it shares the
 * locks until it ends, execs or closes them.
 *
 * A program can end without releasing, also by kill -9. Its leases are free
 * then for whoever acquires next, as soon as no ssh uses their masters; an ssh
 * that still logs in is not counted.
 */
#ifndef SSH_FAST_H
#define SSH_FAST_H

#include <stdbool.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up when a program that used this header has to be changed. */
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
	SSH_FAST_BUSY, /* somebody removes the namespace just now */
};

/* What went wrong. The caller owns it. */
struct ssh_fast_error {
	enum ssh_fast_problem problem;
	int error; /* errno, with SSH_FAST_SYSTEM; else 0 */
	char message[1024]; /* "cannot open PATH: reason", without a newline */
};

/* How a master is asked before anybody depends on it. */
enum ssh_fast_check {
	SSH_FAST_CHECK_MASTER, /* the master has to answer */
	SSH_FAST_CHECK_SERVER, /* the server at its other end has to, too */
	SSH_FAST_CHECK_NOTHING, /* the socket is trusted */
};

/* All zero is a good choice. */
struct ssh_fast_options {
	enum ssh_fast_check check;
	int timeout_ms; /* for all masters together; 0: 500 ms */
};

/* What a check found. */
enum ssh_fast_state {
	SSH_FAST_ALIVE,
	SSH_FAST_DEAD, /* nobody listens: ssh will log in */
	SSH_FAST_HUNG, /* connected, and no answer in time */
	SSH_FAST_UNKNOWN, /* it could not be found out */
};

/*
 * Opens the namespace of that text below ROOT, an absolute path; makes both
 * where they are missing. "ssh-fast --root=ROOT --namespace=TEXT" uses the same
 * one. One text must stand for one connection: the library cannot tell where a
 * master leads.
 *
 * The namespace, which is owed ssh_fast_close(); or null, with *error unless
 * that is null.
 */
struct ssh_fast_namespace *
ssh_fast_open(const char *root, const char *text, struct ssh_fast_error *error);

/* Closes the namespace, which has no lease any more. Null is passed over. */
void ssh_fast_close(struct ssh_fast_namespace *ns);

/*
 * Acquires a lease: on a master that answers, else on a name without a master,
 * where the first ssh logs in and becomes it. Options may be null.
 *
 * The lease, which is owed ssh_fast_release(); or null, with *error unless that
 * is null. The namespace must stay open until then.
 */
struct ssh_fast_lease *ssh_fast_acquire(struct ssh_fast_namespace *ns,
    const struct ssh_fast_options *options, struct ssh_fast_error *error);

/* Whether a master was there at the acquire. Else ssh logs in. */
bool ssh_fast_is_warm(const struct ssh_fast_lease *lease);

/* The path of the control socket. The lease's string. */
const char *ssh_fast_socket(const struct ssh_fast_lease *lease);

/*
 * The same for "ssh -S" and ControlPath, where each '%' is written twice. Add
 * -oControlMaster=auto and -oControlPersist=SECONDS, and ssh leaves a master
 * behind where there was none. The lease's string.
 */
const char *ssh_fast_control_path(const struct ssh_fast_lease *lease);

/*
 * Asks the master of the lease again, for at most timeout_ms. *master_pid,
 * unless null, gets the pid that it told, or 0.
 */
enum ssh_fast_state ssh_fast_probe(struct ssh_fast_lease *lease,
    enum ssh_fast_check check, int timeout_ms, pid_t *master_pid);

/*
 * Tells the others that the master is in use: sets the mtime of its socket to
 * now. ssh_fast_release() does it too. 0, or -1 with errno (ENOENT: there is no
 * socket).
 */
int ssh_fast_touch(struct ssh_fast_lease *lease);

/*
 * Gives the lease back and frees it. No ssh of the caller may use the master
 * any more. Nobody is given a master that the last ssh_fast_probe() found hung
 * until it answers again. 0, or -1 with errno where the lock file could not be
 * moved; the lease is gone all the same. Null is passed over.
 */
int ssh_fast_release(struct ssh_fast_lease *lease);

#ifdef __cplusplus
}
#endif

#endif
