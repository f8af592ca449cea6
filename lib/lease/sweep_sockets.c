/* Removes the sockets that crashes left. */
#include "lease/sweeping.h"

#include "lease/holder.h"
#include "lease/hung.h"
#include "lease/lease.h"
#include "lease/leftover.h"
#include "lease/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* It may have been in free/ during the look at used/, or have come back. */
static bool
is_not_free(const struct namespace *ns, const char *name)
{
	struct stat st;

	return fstatat(ns->free.fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT;
}

/*
 * A dead socket without a lock file. This takes a lease of that name, so that
 * no process can begin to use it.
 */
static void
sweep_orphan(struct sweep *sweep, const char *name)
{
	const struct namespace *ns = &sweep->ns;
	struct lease lease = {.master_fd = -1};
	int fd;

	if (sweep->options->dry_run) {
		sweep_tell(sweep, SWEEP_SOCKET, &sweep->ns.sockets, name);
		return;
	}
	fd = openat(ns->used.fd, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1) {
		sweep->kept++;
		if (errno != EEXIST)
			sweep_fail(sweep, FAILURE_SYSTEM, "lock",
			    &sweep->ns.used, name);
		return;
	}
	if (lockfile_lock_new(&ns->used, name, fd) != 1) {
		sweep->kept++;
		(void)close(fd);
		return;
	}
	lease.lock_fd = fd;
	memcpy(lease.name, name, sizeof(lease.name));
	if (lease_look(ns, name) == PROBE_DEAD && is_not_free(ns, name))
		sweep_remove(sweep, SWEEP_SOCKET, &sweep->ns.sockets, name);
	else
		sweep->kept++;
	/*
	 * Removes the name, unless a master has begun to use it, its holder has
	 * gone, and it has no other name.
	 */
	if (namespace_has_socket(ns, name, NULL) && is_not_free(ns, name)) {
		(void)lease_release(ns, &lease, false);
		return;
	}
	(void)unlinkat(ns->used.fd, name, 0);
	(void)close(fd);
}

/*
 * An unfinished socket. While ssh binds it, it looks dead. So its lease must be
 * free, and must stay free until the socket is removed.
 */
static void
sweep_half_made(struct sweep *sweep, const char *name)
{
	const struct namespace *ns = &sweep->ns;
	char lease[NAMESPACE_LEASE_NAME_LENGTH + 1];
	struct holder holder;
	int lock_fd;
	bool is_free = true;

	memcpy(lease, name, NAMESPACE_LEASE_NAME_LENGTH);
	lease[NAMESPACE_LEASE_NAME_LENGTH] = '\0';
	lock_fd = lockfile_open(ns, &ns->used, lease, NULL);
	if (lock_fd == -1 && errno != ENOENT) {
		sweep->kept++;
		if (errno != EWOULDBLOCK)
			sweep_fail(sweep, FAILURE_SYSTEM, "lock",
			    &sweep->ns.used, lease);
		return;
	}
	/* R5: its keeper was killed, but its ssh runs. */
	if (lock_fd != -1) {
		holder_read(lock_fd, &holder);
		is_free = leftover_may_be_taken(ns, lease, lock_fd, &holder) &&
		    lease_look(ns, name) == PROBE_DEAD;
	}
	if (is_free)
		sweep_remove(sweep, SWEEP_TEMPORARY, &sweep->ns.sockets, name);
	else
		sweep->kept++;
	if (lock_fd != -1)
		(void)close(lock_fd);
}

/* A trial socket that is too old to be in use. */
static void
sweep_trial(struct sweep *sweep, const char *name)
{
	struct stat st;

	if (fstatat(sweep->ns.sockets.fd, name, &st, AT_SYMLINK_NOFOLLOW) ==
		-1 ||
	    !sweep_is_stale(sweep, &st))
		sweep->kept++;
	else
		sweep_remove(sweep, SWEEP_TEMPORARY, &sweep->ns.sockets, name);
}

/* Its master hung, so its lock file has another name. */
static bool
is_set_aside(const struct sweep *sweep, const char *name)
{
	char hung_name[NAMESPACE_LEASE_NAME_SIZE];

	hung_file_name(name, hung_name);
	return listing_has(&sweep->used, hung_name);
}

void
sweep_sockets_all(struct sweep *sweep)
{
	size_t i;

	for (i = 0; i < sweep->sockets.count; i++) {
		const char *name = sweep->sockets.names[i];
		bool is_lease = namespace_is_lease_name(name);

		if (sweep_check_is_of_nfs(name) ||
		    (is_lease &&
			(listing_has(&sweep->free, name) ||
			    listing_has(&sweep->used, name) ||
			    is_set_aside(sweep, name))))
			continue;
		if (lease_look(&sweep->ns, name) != PROBE_DEAD) {
			sweep->kept++;
			if (is_lease)
				sweep_stop_held(sweep, name);
		} else if (is_lease)
			sweep_orphan(sweep, name);
		else if (namespace_is_trial_name(name))
			sweep_trial(sweep, name);
		else
			sweep_half_made(sweep, name);
	}
}
