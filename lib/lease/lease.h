/*
 * Exclusive leases on the masters of one namespace: owning one. acquire.h
 * finds one to own.
 *
 * These are the rules for all programs that use a namespace, in the words of
 * ssh-fast(7):
 *
 *  R1. The process that holds an exclusive flock(2) on the lock file NAME,
 *      while used/NAME or free/NAME is still that file, holds the lease.
 *      Nothing else counts: the two folders only tell where to look first.
 *  R2. After locking, a process MUST compare the path with the locked file, by
 *      device and inode. The file may have been removed or moved between open
 *      and lock.
 *  R3. A process MUST NOT wait for a lock that is in use.
 *  R4. A held lease is in used/. It gets there from free/ by a rename that
 *      replaces nothing, under the lock.
 *  R5. An unlocked name in used/ is a leftover. It MUST NOT be taken while the
 *      process recorded in it lives: its keeper was killed, but its ssh(1) was
 *      not. The same is true of a name in free/, where a program that knows
 *      only the lock may have moved it. A name in used/ that is marked hung is
 *      tried again only after a while.
 *  R6. The socket c/NAME is touched, probed and removed only under the lock. It
 *      is removed only if no process listens on it. Only ENOENT and
 *      ECONNREFUSED of connect(2) prove that. After any other error the socket
 *      stays.
 *  R7. To release a lease, under the lock: update the modification time of the
 *      socket, rename used/NAME to free/NAME, unlock. If there is no socket,
 *      remove the lock file instead.
 *  R8. A holder keeps a shared flock(2) on the namespace folder ROOT/NS, and
 *      compares it after locking as in rule 2. Only an exclusive lock, taken
 *      without waiting, allows the removal of the namespace. The order is free,
 *      used, c, the record, the hint, the folder. The folders are removed by
 *      rmdir(2). If one is not empty, those that are gone are made again.
 */
#ifndef LEASE_H
#define LEASE_H

#include "namespace/failure.h"
#include "lease/age.h"
#include "lease/holder.h"
#include "lease/trust.h"
#include "mux/probe.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <sys/types.h>

struct lease {
	int lock_fd; /* close-on-exec */
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	bool is_warm; /* a live master answered (or is trusted to be there) */
	pid_t holder_pid; /* of the process that took it */
	pid_t master_pid; /* of that master, 0 where it did not tell */
	pid_t keeper_pid; /* of a keeper that waits for us to exec, or 0 */
	/* The probe's connection to it, where that was to be kept, or -1. */
	int master_fd;
	struct trust trust; /* kept with it: whether its server is there */
	struct age age; /* of the login of its master */
	bool is_trusted; /* of a warm one: trust_holds() */
};

/*
 * Reads who holds the lease, and the trust that is kept with it, from the file
 * that it has locked.
 */
void lease_read(struct lease *lease, struct holder *holder);

/* Gives the lease that name, with no master known of; lock_fd stays. */
void lease_set_name(struct lease *lease, const char *name);

/*
 * Locks a free name and moves it to used/ (R4). It may be locked where it
 * lies: a release renames first and unlocks then. 0, or -1 with errno (EBUSY:
 * its holder lives, though it has not the lock; EWOULDBLOCK: it is locked, and
 * *busy_fd, unless null, is the open file, the caller's).
 */
int lease_take_free(const struct namespace *ns, const char *name,
    struct lease *lease, int *busy_fd);

/*
 * Writes down that this process holds the lease: a lock under the name of a
 * holder that has gone looks like a keeper about to release, and others would
 * wait for it. *self is filled in where its kind is HOLDER_NONE. 0; or -1 with
 * errno, and the lease is released: unwritten (a full disk) it is of no use,
 * since a killed keeper would hand the master to another.
 */
int lease_sign(
    const struct namespace *ns, struct lease *lease, struct holder *self);

/*
 * Makes a lease of a new name, and signs it. 0, or -1 with *failure (not
 * null).
 */
int lease_create(const struct namespace *ns, struct lease *lease,
    struct holder *self, struct failure *failure);

/*
 * Gives the lease back (R7) and closes its descriptors; the socket's mtime is left as
 * it is without touch. The lease is free then, also where another process has
 * inherited the descriptor. 0, or -1 with errno when the file could not be
 * moved; it is closed anyway.
 */
int lease_release(const struct namespace *ns, struct lease *lease, bool touch);

/*
 * A master has logged in under this lease: writes down when, and until when its
 * certificates hold (age.h).
 */
void lease_note_login(struct lease *lease, int64_t valid_until);

/*
 * Tells the master to stop: it takes no further session and ends with the last
 * that it has. As probe_stop_master(), within so many milliseconds.
 */
enum probe_result
lease_retire(const struct namespace *ns, const struct lease *lease, int ms);

/*
 * lease_release() after a session: a master whose login is older than that (0:
 * none is), or past the end of a certificate, is told to stop first.
 */
int lease_leave(const struct namespace *ns, struct lease *lease, bool touch,
    int max_age_secs);

/*
 * Makes this process the holder: a child of the one that took the lease, which
 * has inherited the lock. The other one must do no more than close its copy.
 * 0, or -1 with errno.
 */
int lease_hand_over(struct lease *lease);

/*
 * Takes that very name, which lies free, without asking its master anything.
 * 0 and it is to be released or set aside; or -1 with errno (EWOULDBLOCK: in
 * use, ENOENT: it is not there any more).
 */
int
lease_claim(const struct namespace *ns, const char *name, struct lease *lease);

/*
 * Takes the lease, whose master has hung, out of circulation without losing
 * it, and closes its descriptors: it stays in used/, marked and under a name
 * that nobody takes (hung.h, R5) until the master is found answering or dead.
 */
void lease_set_aside(const struct namespace *ns, struct lease *lease);

/*
 * Asks the master of the held lease for its pid, and sets master_pid. 0, also
 * where there is no master any more (and it is as it was), or -1 with errno.
 * *fd, unless null, gets the connection, the caller's, or -1.
 */
int lease_ask_pid(const struct namespace *ns, struct lease *lease, int *fd);

/*
 * Ends the master of the held lease for good, with all that was asked of it, so
 * that none of that can begin later. It is asked for its pid where that is not
 * known; master_fd is left as it is. 0 and its socket is removed; or -1 with
 * errno, and it may live.
 */
int lease_end_master(const struct namespace *ns, struct lease *lease);

/*
 * Whether anybody has the socket c/NAME, or one that is half made there: found
 * out without connecting to it (probe_look()). PROBE_DEAD without a socket.
 */
enum probe_result lease_look(const struct namespace *ns, const char *name);

/* Ends a keeper that waits (keeper_prepare()), if there is one. */
void lease_end_keeper(struct lease *lease);

/* Closes the connection to the master that the probe has kept, if any. */
void lease_disconnect(struct lease *lease);

/* Sets the socket's mtime to now. 0, or -1 with errno (ENOENT: no socket). */
int lease_touch(const struct namespace *ns, const struct lease *lease);

#endif
