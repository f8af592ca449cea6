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

enum { ORPHANS_UNKNOWN = -1 };

struct lease {
	int lock_fd; /* close-on-exec */
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	bool is_warm; /* a live master answered (or is trusted to be there) */
	pid_t holder_pid; /* of the process that took it */
	pid_t master_pid; /* of that master, 0 where it did not tell */
	pid_t keeper_pid; /* of a keeper that waits for us to exec, or 0 */
	/* The connection of the probe, if it was kept, or -1. */
	int master_fd;
	struct trust trust; /* kept with it: whether its server is there */
	struct age age; /* of the login of its master */
	bool is_trusted; /* of a warm one: trust_holds() */
	/* Of that master: see orphans.h. ORPHANS_UNKNOWN: a run crashed. */
	int orphans;
};

/* Reads the holder and the trust from the locked file of the lease. */
void lease_read(struct lease *lease, struct holder *holder);

/* Sets the name of the lease, with an unknown master. lock_fd is unchanged. */
void lease_set_name(struct lease *lease, const char *name);

/* What the line in the lock file tells of the master's orphans. */
void lease_note_orphans(struct lease *lease, const struct holder *holder);

/*
 * Locks a free name and moves it to used/ (R4). A release renames first and
 * then unlocks, so it may still be locked. Returns 0, or -1 with errno. EBUSY:
 * its holder lives without the lock. EWOULDBLOCK: it is locked, and the caller
 * owns *busy_fd (unless null), the open file.
 */
int lease_take_free(const struct namespace *ns, const char *name,
    struct lease *lease, int *busy_fd);

/*
 * Records this process as the holder. A lock under the name of a process that
 * has ended looks like a keeper about to release, and others would wait for it.
 * *self is filled in if its kind is HOLDER_NONE. Returns 0; or -1 with errno,
 * and the lease is released: without the record, a killed keeper would give the
 * master to another run.
 */
int lease_sign(
    const struct namespace *ns, struct lease *lease, struct holder *self);

/*
 * Makes a lease with a new name, and signs it. Returns 0, or -1 with *failure
 * (not null).
 */
int lease_create(const struct namespace *ns, struct lease *lease,
    struct holder *self, struct failure *failure);

/*
 * Makes the lease of that name, which nobody had before (slots.h). 0, or -1 with
 * errno.
 */
int lease_create_named(const struct namespace *ns, const char *name,
    struct lease *lease, struct holder *self);

/*
 * Releases the lease (R7) and closes its descriptors. Without touch the mtime
 * of the socket is unchanged. The lease is free then, even if another process
 * inherited the descriptor. Returns 0, or -1 with errno if the file could not
 * be moved; it is closed anyway.
 */
int lease_release(const struct namespace *ns, struct lease *lease, bool touch);

/*
 * Records that a master has logged in under this lease: the time, and the end
 * of its certificates (age.h).
 */
void lease_note_login(struct lease *lease, int64_t valid_until);

/*
 * Tells the master to stop: it takes no further session and ends after its last
 * one. See probe_stop_master(). It waits for at most timeout_ms.
 */
enum probe_result
lease_retire(const struct namespace *ns, const struct lease *lease, int ms);

/*
 * lease_release() after a session. It first tells a master to stop whose login
 * is too old (0: none is), or past the end of a certificate.
 */
int lease_leave(const struct namespace *ns, struct lease *lease, bool touch,
    int max_age_secs);

/*
 * Makes this process the holder. It is a child of the one that took the lease,
 * and has inherited the lock. The parent must only close its copy. Returns 0,
 * or -1 with errno.
 */
int lease_hand_over(struct lease *lease);

/*
 * Takes this free name without a probe of its master. Returns 0, and the caller
 * releases it or sets it aside; or -1 with errno (EWOULDBLOCK: in use, ENOENT:
 * it is gone).
 */
int
lease_claim(const struct namespace *ns, const char *name, struct lease *lease);

/*
 * Sets aside a lease whose master hung, and closes its descriptors. The lock
 * file stays in used/, marked, under a name that no process takes (hung.h, R5)
 * until the master answers or is dead.
 */
void lease_set_aside(const struct namespace *ns, struct lease *lease);

/*
 * Asks the master of the held lease for its pid, and sets master_pid. Returns
 * 0, even if there is no master and nothing changed, or -1 with errno. The
 * caller owns *fd (unless null), the connection or -1.
 */
int lease_ask_pid(const struct namespace *ns, struct lease *lease, int *fd);

/*
 * Ends the master of the held lease with all its requests, so none can begin
 * later. It asks for the pid if that is unknown. master_fd is unchanged.
 * Returns 0, and the socket is removed; or -1 with errno, and the master may
 * live.
 */
int lease_end_master(const struct namespace *ns, struct lease *lease);

/*
 * Whether a process has the socket c/NAME, or an unfinished one, without a
 * connection (probe_look()). PROBE_DEAD without a socket.
 */
enum probe_result lease_look(const struct namespace *ns, const char *name);

/* Ends a waiting keeper (keeper_prepare()), if there is one. */
void lease_end_keeper(struct lease *lease);

/* Closes the connection of the probe, if it was kept. */
void lease_disconnect(struct lease *lease);

/*
 * Sets the mtime of the socket to now. Returns 0, or -1 with errno (ENOENT: no
 * socket).
 */
int lease_touch(const struct namespace *ns, const struct lease *lease);

#endif
