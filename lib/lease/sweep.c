#include "lease/sweep.h"

#include "base/deadline.h"
#include "lease/holder.h"
#include "lease/lease.h"
#include "lease/leftover.h"
#include "namespace/listing.h"
#include "lease/lockfile.h"
#include "mux/probe.h"
#include "lease/prune.h"
#include "namespace/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/* ssh binds NAME.xxxxxxxxxxxxxxxx and links it to NAME. */
	HALF_MADE_LENGTH = NAMESPACE_LEASE_NAME_LENGTH + 17,
};

/* What one sweep_namespace() carries from step to step. */
struct sweep {
	const struct sweep_options *options;
	struct namespace ns;
	/* What lies in the namespace and its three folders. */
	struct listing top, sockets, free, used;
	size_t kept; /* names that stay */
	bool failed;
};

static void
tell(const struct sweep *sweep, enum sweep_action action, const char *folder,
    const char *name)
{
	char path[sizeof(sweep->ns.path) + 64];

	(void)snprintf(path, sizeof(path), "%s%s%s%s%s", sweep->ns.path,
	    folder != NULL ? "/" : "", folder != NULL ? folder : "",
	    name != NULL ? "/" : "", name != NULL ? name : "");
	sweep->options->tell(sweep->options->context, action, path);
}

/* For what stays as it is, with errno or the kind of trouble. */
static void
fail(struct sweep *sweep, enum failure_kind kind, const char *verb,
    const char *folder, const char *name)
{
	struct failure failure;
	char path[sizeof(sweep->ns.path) + 8];

	(void)snprintf(path, sizeof(path), "%s%s%s", sweep->ns.path,
	    folder != NULL ? "/" : "", folder != NULL ? folder : "");
	(void)failure_set(&failure, kind, verb, path, name);
	sweep->options->tell_failure(sweep->options->context, &failure);
	sweep->failed = true;
}

/* Removes what may be removed; what is gone already is as good. */
static void
remove_file(struct sweep *sweep, enum sweep_action action, int dir_fd,
    const char *folder, const char *name)
{
	if (!sweep->options->dry_run && unlinkat(dir_fd, name, 0) == -1) {
		if (errno != ENOENT)
			fail(sweep, FAILURE_SYSTEM, "remove", folder, name);
		return;
	}
	tell(sweep, action, folder, name);
}

static bool
is_older_than(const struct stat *st, int secs)
{
	return time(NULL) - st->st_mtim.tv_sec >= secs;
}

static bool
is_half_made_socket(const char *name)
{
	char lease[NAMESPACE_LEASE_NAME_LENGTH + 1];

	if (strlen(name) != HALF_MADE_LENGTH ||
	    name[NAMESPACE_LEASE_NAME_LENGTH] != '.')
		return false;
	memcpy(lease, name, NAMESPACE_LEASE_NAME_LENGTH);
	lease[NAMESPACE_LEASE_NAME_LENGTH] = '\0';
	return namespace_is_lease_name(lease);
}

/*
 * An entry that is there must be a file of ours, of the type that belongs
 * there. True also where it has just gone.
 */
static bool
is_ours(struct sweep *sweep, int dir_fd, const char *folder, const char *name,
    mode_t type)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno == ENOENT)
			return true;
		fail(sweep, FAILURE_SYSTEM, "look at", folder, name);
		return false;
	}
	if (st.st_uid != sweep->ns.owner)
		fail(sweep, FAILURE_OWNER, "clean", folder, name);
	else if (S_ISLNK(st.st_mode) && type != S_IFLNK)
		fail(sweep, FAILURE_SYMLINK, "clean", folder, name);
	else if ((st.st_mode & S_IFMT) != type)
		fail(sweep, FAILURE_FOREIGN, "clean", folder, name);
	else if (type == S_IFREG && (st.st_mode & 077) != 0)
		fail(sweep, FAILURE_MODE, "clean", folder, name);
	else
		return true;
	return false;
}

/* NFS keeps an open file that was removed under such a name, for a while. */
static bool
is_of_nfs(const char *name)
{
	return strncmp(name, ".nfs", 4) == 0;
}

/* Whether a folder holds nothing but what belongs there. */
static bool
check_folder(struct sweep *sweep, const struct listing *listing, int dir_fd,
    const char *folder, mode_t type, bool (*is_name)(const char *name))
{
	bool ok = true;
	size_t i;

	for (i = 0; i < listing->count; i++) {
		const char *name = listing->names[i];

		if (is_of_nfs(name))
			continue;
		if (!is_name(name)) {
			fail(sweep, FAILURE_FOREIGN, "clean", folder, name);
			ok = false;
		} else if (!is_ours(sweep, dir_fd, folder, name, type))
			ok = false;
	}
	return ok;
}

static bool
is_socket_name(const char *name)
{
	return namespace_is_lease_name(name) || is_half_made_socket(name) ||
	    namespace_is_trial_name(name);
}

static bool
is_file_of_namespace(const char *name)
{
	return strcmp(name, NAMESPACE_RECORD) == 0 ||
	    record_is_temporary_name(name);
}

static bool
is_folder_of_namespace(const char *name)
{
	return strcmp(name, "c") == 0 || strcmp(name, "free") == 0 ||
	    strcmp(name, "used") == 0;
}

static bool
check_top(struct sweep *sweep)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < sweep->top.count; i++) {
		const char *name = sweep->top.names[i];

		if (is_folder_of_namespace(name) || is_of_nfs(name))
			continue;
		if (strcmp(name, NAMESPACE_HINT) == 0)
			ok &= is_ours(sweep, sweep->ns.fd, NULL, name, S_IFLNK);
		else if (is_file_of_namespace(name))
			ok &= is_ours(sweep, sweep->ns.fd, NULL, name, S_IFREG);
		else {
			fail(sweep, FAILURE_FOREIGN, "clean", NULL, name);
			ok = false;
		}
	}
	return ok;
}

/*
 * Reads all names and makes sure that each is one that acquirers make. free/
 * is read twice, as a name may move between it and used/ meanwhile.
 */
static bool
check_all(struct sweep *sweep)
{
	const struct namespace *ns = &sweep->ns;
	bool ok;

	if (listing_read(&sweep->top, ns->fd) == -1 ||
	    listing_read(&sweep->sockets, ns->sockets_fd) == -1 ||
	    listing_read(&sweep->free, ns->free_fd) == -1 ||
	    listing_read(&sweep->used, ns->used_fd) == -1 ||
	    listing_read(&sweep->free, ns->free_fd) == -1) {
		fail(sweep, FAILURE_SYSTEM, "list", NULL, NULL);
		return false;
	}
	listing_settle(&sweep->top);
	listing_settle(&sweep->sockets);
	listing_settle(&sweep->free);
	listing_settle(&sweep->used);
	ok = check_top(sweep);
	ok &= check_folder(sweep, &sweep->sockets, ns->sockets_fd, "c",
	    S_IFSOCK, is_socket_name);
	ok &= check_folder(sweep, &sweep->free, ns->free_fd, "free", S_IFREG,
	    namespace_is_lease_name);
	ok &= check_folder(sweep, &sweep->used, ns->used_fd, "used", S_IFREG,
	    namespace_is_lease_name);
	return ok;
}

/* Whether anybody has the socket; without one, nobody. */
static enum probe_result
look(const struct namespace *ns, const char *name)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/c/%s", ns->path, name);
	return probe_look(path);
}

static bool
is_idle(const struct sweep *sweep, const char *name)
{
	struct timespec used;

	return sweep->options->exit_idle_secs >= 0 &&
	    namespace_has_socket(&sweep->ns, name, &used) && used.tv_sec != 0 &&
	    time(NULL) - used.tv_sec >= sweep->options->exit_idle_secs;
}

/* Takes the lease as any acquirer does, and has its master end. */
static void
stop_idle(struct sweep *sweep, const char *name)
{
	const struct namespace *ns = &sweep->ns;
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct lease lease;
	enum probe_result result;

	if (sweep->options->dry_run) {
		tell(sweep, SWEEP_STOPPED, "c", name);
		return;
	}
	sweep->kept++;
	if (lease_claim(ns, name, &lease) == -1)
		return;
	/* Somebody may have used it since. */
	if (!is_idle(sweep, name)) {
		(void)lease_release(ns, &lease, false);
		return;
	}
	namespace_socket_path(ns, name, path);
	result = probe_stop_master(
	    path, ns->owner, deadline_in_ms(sweep->options->timeout_ms));
	if (result == PROBE_HUNG) {
		errno = ETIMEDOUT;
		fail(sweep, FAILURE_SYSTEM, "stop the master of", "c", name);
		lease_set_aside(&lease);
		return;
	}
	if (result == PROBE_ALIVE) {
		tell(sweep, SWEEP_STOPPED, "c", name);
		sweep->kept--;
	}
	(void)lease_release(ns, &lease, false);
}

/* Tells of what was done to a name, and why not all of it. */
static void
tell_pruned(struct sweep *sweep, const char *folder, const char *name,
    enum prune_result result, const struct prune_report *report)
{
	int saved_errno = errno;

	if (report->removed_socket)
		tell(sweep, SWEEP_SOCKET, "c", name);
	if (report->removed_lock_file)
		tell(sweep, SWEEP_LOCK_FILE, folder, name);
	if (report->freed)
		tell(sweep, SWEEP_MOVED, folder, name);
	if (result != PRUNE_GONE)
		sweep->kept++;
	errno = saved_errno;
	if (result == PRUNE_FAILED)
		fail(sweep, FAILURE_SYSTEM, report->verb, folder, name);
}

/* One that is free, and lives; it was counted as kept. */
static void
stop_if_idle(struct sweep *sweep, const char *name)
{
	if (!is_idle(sweep, name))
		return;
	sweep->kept--;
	stop_idle(sweep, name);
}

static void
sweep_free(struct sweep *sweep, const char *name)
{
	const struct prune_options options = {
	    .dry_run = sweep->options->dry_run};
	struct prune_report report;
	enum prune_result result;

	result = prune_free(&sweep->ns, name, &options, &report);
	tell_pruned(sweep, "free", name, result, &report);
	if (result == PRUNE_LIVE)
		stop_if_idle(sweep, name);
}

static void
sweep_used(struct sweep *sweep, const char *name)
{
	const struct prune_options options = {
	    .dry_run = sweep->options->dry_run,
	    .ttl_secs = sweep->options->ttl_secs};
	struct prune_report report;
	enum prune_result result;

	result = prune_used(&sweep->ns, name, &options, &report);
	tell_pruned(sweep, "used", name, result, &report);
	if (result == PRUNE_LIVE && !sweep->options->dry_run)
		stop_if_idle(sweep, name);
}

/* It may have been in free/ while we looked in used/, or have come back. */
static bool
is_not_free(const struct namespace *ns, const char *name)
{
	struct stat st;

	return fstatat(ns->free_fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT;
}

/*
 * A dead socket whose lock file is gone. Nobody can come to use it while we
 * hold the lease of that name, so that is made.
 */
static void
sweep_orphan(struct sweep *sweep, const char *name)
{
	const struct namespace *ns = &sweep->ns;
	struct lease lease = {.master_fd = -1};
	int fd;

	if (sweep->options->dry_run) {
		tell(sweep, SWEEP_SOCKET, "c", name);
		return;
	}
	fd = openat(ns->used_fd, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1) {
		sweep->kept++;
		if (errno != EEXIST)
			fail(sweep, FAILURE_SYSTEM, "lock", "used", name);
		return;
	}
	if (lockfile_lock_new(ns->used_fd, name, fd) != 1) {
		sweep->kept++;
		(void)close(fd);
		return;
	}
	lease.lock_fd = fd;
	memcpy(lease.name, name, sizeof(lease.name));
	if (look(ns, name) == PROBE_DEAD && is_not_free(ns, name))
		remove_file(sweep, SWEEP_SOCKET, ns->sockets_fd, "c", name);
	else
		sweep->kept++;
	/*
	 * The name goes, unless a master has come to live there, whose holder
	 * has gone again, and that has no other.
	 */
	if (namespace_has_socket(ns, name, NULL) && is_not_free(ns, name)) {
		(void)lease_release(ns, &lease, false);
		return;
	}
	(void)unlinkat(ns->used_fd, name, 0);
	(void)close(fd);
}

/*
 * A half-made socket. One that is just being bound is in the folder before
 * anybody can connect to it, and looks dead: so its lease must be free for the
 * taking, and stay so until it is gone.
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
	lock_fd = lockfile_open(ns->used_fd, lease, ns->owner, NULL);
	if (lock_fd == -1 && errno != ENOENT) {
		sweep->kept++;
		if (errno != EWOULDBLOCK)
			fail(sweep, FAILURE_SYSTEM, "lock", "used", lease);
		return;
	}
	/* R5: its keeper was killed, and its ssh goes on. */
	if (lock_fd != -1) {
		holder_read(lock_fd, &holder);
		is_free = leftover_may_be_taken(ns, lease, lock_fd, &holder) &&
		    look(ns, name) == PROBE_DEAD;
	}
	if (is_free)
		remove_file(sweep, SWEEP_TEMPORARY, ns->sockets_fd, "c", name);
	else
		sweep->kept++;
	if (lock_fd != -1)
		(void)close(lock_fd);
}

/* A trial socket that is so old that nobody tries it any more. */
static void
sweep_trial(struct sweep *sweep, const char *name)
{
	struct stat st;

	if (fstatat(sweep->ns.sockets_fd, name, &st, AT_SYMLINK_NOFOLLOW) ==
		-1 ||
	    !is_older_than(&st, sweep->options->ttl_secs))
		sweep->kept++;
	else
		remove_file(
		    sweep, SWEEP_TEMPORARY, sweep->ns.sockets_fd, "c", name);
}

/* Sockets that are nobody's lease, and that nobody has: from a crash. */
static void
sweep_sockets(struct sweep *sweep)
{
	size_t i;

	for (i = 0; i < sweep->sockets.count; i++) {
		const char *name = sweep->sockets.names[i];
		bool is_lease = namespace_is_lease_name(name);

		if (is_of_nfs(name) ||
		    (is_lease &&
			(listing_has(&sweep->free, name) ||
			    listing_has(&sweep->used, name))))
			continue;
		if (look(&sweep->ns, name) != PROBE_DEAD)
			sweep->kept++;
		else if (is_lease)
			sweep_orphan(sweep, name);
		else if (namespace_is_trial_name(name))
			sweep_trial(sweep, name);
		else
			sweep_half_made(sweep, name);
	}
}

/* Records that were being written when their writer was killed. */
static void
sweep_temporary(struct sweep *sweep)
{
	struct stat st;
	size_t i;

	for (i = 0; i < sweep->top.count; i++) {
		const char *name = sweep->top.names[i];

		if (!record_is_temporary_name(name) ||
		    fstatat(sweep->ns.fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (is_older_than(&st, sweep->options->ttl_secs))
			remove_file(
			    sweep, SWEEP_TEMPORARY, sweep->ns.fd, NULL, name);
		else
			sweep->kept++;
	}
}

static bool
is_of_another_machine(const struct sweep *sweep)
{
	struct record record;
	struct failure failure;
	bool is_elsewhere;

	if (record_read(&record, &sweep->ns, NULL, &failure) != RECORD_FOUND)
		return false;
	is_elsewhere = record_is_of_another_machine(&record);
	record_free(&record);
	return is_elsewhere;
}

static void
remove_namespace(struct sweep *sweep, const struct namespace_root *root)
{
	struct failure failure;
	int removed = 1;

	if (!sweep->options->dry_run)
		removed = namespace_remove(&sweep->ns, root, &failure);
	if (removed == 1)
		tell(sweep, SWEEP_NAMESPACE, NULL, NULL);
	if (removed == -1) {
		sweep->options->tell_failure(sweep->options->context, &failure);
		sweep->failed = true;
	}
}

static void
sweep_all(struct sweep *sweep, const struct namespace_root *root)
{
	size_t i;

	const struct namespace *ns = &sweep->ns;

	if (!check_all(sweep))
		return;
	/*
	 * What a removal that was cut short has left is empty. Where it is
	 * not, its folders are put back, and the next one cleans them.
	 */
	if (ns->sockets_fd == -1 || ns->free_fd == -1 || ns->used_fd == -1) {
		if (!sweep->options->dry_run ||
		    sweep->sockets.count + sweep->free.count +
			    sweep->used.count ==
			0)
			remove_namespace(sweep, root);
		return;
	}
	for (i = 0; i < sweep->used.count; i++)
		if (!is_of_nfs(sweep->used.names[i]))
			sweep_used(sweep, sweep->used.names[i]);
	for (i = 0; i < sweep->free.count; i++)
		if (!is_of_nfs(sweep->free.names[i]))
			sweep_free(sweep, sweep->free.names[i]);
	sweep_sockets(sweep);
	sweep_temporary(sweep);
	if (sweep->kept == 0 && !sweep->failed)
		remove_namespace(sweep, root);
}

enum sweep_result
sweep_namespace(const struct namespace_root *root, const char *name,
    const struct sweep_options *options)
{
	struct sweep sweep = {.options = options};
	struct failure failure;
	enum sweep_result result = SWEEP_DONE;

	if (namespace_open(&sweep.ns, root, name, NAMESPACE_SWEEP, &failure) ==
	    -1) {
		if (failure.kind == FAILURE_BUSY)
			return SWEEP_BUSY;
		if (failure.kind == FAILURE_SYSTEM && failure.error == ENOENT)
			return SWEEP_GONE;
		options->tell_failure(options->context, &failure);
		return SWEEP_FAILED;
	}
	if (is_of_another_machine(&sweep))
		result = SWEEP_ELSEWHERE;
	else
		sweep_all(&sweep, root);
	listing_free(&sweep.top);
	listing_free(&sweep.sockets);
	listing_free(&sweep.free);
	listing_free(&sweep.used);
	namespace_close(&sweep.ns);
	return sweep.failed ? SWEEP_FAILED : result;
}
