#include "lease/prune.h"

#include "base/deadline.h"
#include "lease/holder.h"
#include "lease/hung.h"
#include "lease/lease.h"
#include "lease/leftover.h"
#include "lease/lockfile.h"
#include "namespace/slot.h"
#include "platform/platform.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/* The number of names that one system call reads. */
	NAMES_AT_ONCE = 64,
	/* The number of names that show the state of a folder. */
	SAMPLE = 4,
	/* The limit for folders with very many names. */
	SAMPLE_READS_MAX = 8,
	ALL_MS = 250,
	TTL_SECS = 90,
};

int
prune_file(const struct namespace_place *place, const char *name, bool dry_run)
{
	if (dry_run || unlinkat(place->fd, name, 0) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

/*
 * Removes a lock file in used/ without a master, and the dead socket of the
 * same name (R6).
 */
static enum prune_result
remove_name(const struct namespace *ns, const char *file, const char *name,
    bool dry_run, struct prune_report *report)
{
	report->verb = "remove";
	if (namespace_has_socket(ns, name, NULL)) {
		if (prune_file(&ns->sockets, name, dry_run) == -1)
			return PRUNE_FAILED;
		report->removed_socket = true;
	}
	if (prune_file(&ns->used, file, dry_run) == -1)
		return PRUNE_FAILED;
	report->removed_lock_file = true;
	return PRUNE_GONE;
}

/* The meaning of a failure to lock. */
static enum prune_result
lock_failed(struct prune_report *report)
{
	report->verb = "lock";
	if (errno == ENOENT)
		return PRUNE_GONE;
	return errno == EWOULDBLOCK ? PRUNE_KEPT : PRUNE_FAILED;
}

/*
 * Removes a locked free name that looks dead. It moves to used/ first (R4): a
 * name there that a killed gc left may belong to a process that is about to
 * have a master (R6). Closes the lock if it releases it.
 */
static enum prune_result
prune_locked(const struct namespace *ns, struct lease *lease,
    const struct prune_options *options, struct prune_report *report)
{
	struct holder holder;

	holder_read(lease->lock_fd, &holder);
	lease_note_orphans(lease, &holder);
	/* R5: its keeper was killed, but its ssh may be about to log in. */
	if (holder_state(&holder) == HOLDER_ALIVE)
		return PRUNE_KEPT;
	report->verb = "move";
	if (!options->dry_run &&
	    platform_rename_new(
		ns->free.fd, lease->name, ns->used.fd, lease->name) == -1)
		return errno == EEXIST ? PRUNE_KEPT : PRUNE_FAILED;
	/*
	 * Check again under the lock: it may have been leased and left since.
	 */
	if (lease_look(ns, lease->name) == PROBE_DEAD)
		return remove_name(
		    ns, lease->name, lease->name, options->dry_run, report);
	if (!options->dry_run && lease_release(ns, lease, false) == -1)
		return PRUNE_FAILED;
	return PRUNE_LIVE;
}

enum prune_result
prune_free(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report)
{
	struct lease lease = {.lock_fd = -1, .master_fd = -1};
	enum prune_result result;
	int saved_errno;

	memset(report, 0, sizeof(*report));
	if (lease_look(ns, name) != PROBE_DEAD)
		return PRUNE_LIVE;
	lease.lock_fd = lockfile_open(ns, &ns->free, name, NULL);
	if (lease.lock_fd == -1)
		return lock_failed(report);
	memcpy(lease.name, name, sizeof(lease.name));
	result = prune_locked(ns, &lease, options, report);
	saved_errno = errno;
	if (lease.lock_fd != -1)
		(void)close(lease.lock_fd);
	errno = saved_errno;
	return result;
}

/*
 * A holder in another pid namespace is unknown. A cold start there has no
 * master yet, but soon will.
 */
static bool
is_too_young(const struct holder *holder, int lock_fd, int ttl_secs)
{
	struct stat st;

	return holder_state(holder) == HOLDER_UNKNOWN &&
	    (fstat(lock_fd, &st) == -1 ||
		time(NULL) - st.st_mtim.tv_sec < ttl_secs);
}

/* Frees a name in used/ without a holder, and closes its lock. */
static enum prune_result
prune_leftover(const struct namespace *ns, struct lease *lease,
    const struct holder *holder, const struct prune_options *options,
    struct prune_report *report)
{
	if (lease_look(ns, lease->name) == PROBE_DEAD) {
		if (is_too_young(holder, lease->lock_fd, options->ttl_secs))
			return PRUNE_KEPT;
		return remove_name(
		    ns, lease->name, lease->name, options->dry_run, report);
	}
	/* A later acquire asks a hung master again, and waits for it. */
	if (holder->kind == HOLDER_HUNG)
		return PRUNE_KEPT;
	/* The command of its session may go on over there. */
	if (slot_is_name(lease->name))
		return remove_name(
		    ns, lease->name, lease->name, options->dry_run, report);
	report->verb = "move";
	if (!options->dry_run && lease_release(ns, lease, false) == -1)
		return PRUNE_FAILED;
	report->freed = true;
	return PRUNE_LIVE;
}

/* A hung name stays until its master is dead. */
static enum prune_result
prune_hung(const struct namespace *ns, const char *hung_name,
    const struct prune_options *options, struct prune_report *report)
{
	char name[NAMESPACE_LEASE_NAME_SIZE];
	enum prune_result result = PRUNE_KEPT;
	int lock_fd;

	hung_lease_name(hung_name, name);
	if (lease_look(ns, name) != PROBE_DEAD)
		return PRUNE_KEPT;
	lock_fd = lockfile_open(ns, &ns->used, hung_name, NULL);
	if (lock_fd == -1)
		return lock_failed(report);
	/* A process that took it back has given it its own name. */
	if (lease_look(ns, name) == PROBE_DEAD)
		result =
		    remove_name(ns, hung_name, name, options->dry_run, report);
	(void)close(lock_fd);
	return result;
}

enum prune_result
prune_used(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report)
{
	enum prune_result result = PRUNE_KEPT;
	struct lease lease = {.lock_fd = -1, .master_fd = -1};
	struct holder holder;
	int saved_errno;

	memset(report, 0, sizeof(*report));
	if (hung_is_name(name))
		return prune_hung(ns, name, options, report);
	lease.lock_fd = lockfile_open(ns, &ns->used, name, NULL);
	if (lease.lock_fd == -1)
		return lock_failed(report);
	memcpy(lease.name, name, sizeof(lease.name));
	holder_read(lease.lock_fd, &holder);
	lease_note_orphans(&lease, &holder);
	if (leftover_may_be_taken(ns, name, lease.lock_fd, &holder))
		result = prune_leftover(ns, &lease, &holder, options, report);
	saved_errno = errno;
	if (lease.lock_fd != -1)
		(void)close(lease.lock_fd);
	errno = saved_errno;
	return result;
}

/* One of the two above. */
typedef enum prune_result
prune_name(const struct namespace *ns, const char *name,
    const struct prune_options *options, struct prune_report *report);

/* Whether there was anything to do. */
static bool
prune_one(const struct namespace *ns, const char *name, prune_name *prune)
{
	const struct prune_options options = {.ttl_secs = TTL_SECS};
	struct prune_report report;

	if (!namespace_is_lease_name(name) && !hung_is_name(name))
		return false;
	(void)prune(ns, name, &options, &report);
	return report.removed_lock_file || report.freed;
}

/* Whether a few of the names show that there is more to do. */
static bool
sample_shows_some(const struct namespace *ns, int dir_fd, prune_name *prune)
{
	char names[NAMES_AT_ONCE][NAMESPACE_LEASE_NAME_SIZE];
	unsigned char random[SAMPLE + 1];
	size_t count = 0, got, i;
	int reads;
	bool found = false;

	if (platform_random(random, sizeof(random)) == -1 ||
	    platform_names_rewind(dir_fd) == -1)
		return false;
	/* Stops at the last read with names. */
	reads = random[SAMPLE] % SAMPLE_READS_MAX;
	do {
		if (platform_names_read(dir_fd, names[0], sizeof(names[0]),
			NAMES_AT_ONCE, &got) != 1)
			break;
		count = got;
	} while (reads-- > 0);
	for (i = 0; i < SAMPLE && i < count && !found; i++)
		found = prune_one(
		    ns, names[count <= SAMPLE ? i : random[i] % count], prune);
	return found;
}

static void
prune_folder(const struct namespace *ns, int dir_fd, prune_name *prune)
{
	char names[NAMES_AT_ONCE][NAMESPACE_LEASE_NAME_SIZE];
	int64_t deadline_us;
	size_t count, i;

	if (!sample_shows_some(ns, dir_fd, prune) ||
	    platform_names_rewind(dir_fd) == -1)
		return;
	deadline_us = deadline_in_ms(ALL_MS);
	while (platform_names_read(dir_fd, names[0], sizeof(names[0]),
		   NAMES_AT_ONCE, &count) == 1)
		for (i = 0; i < count; i++) {
			if (deadline_left_ms(deadline_us) == 0)
				return;
			(void)prune_one(ns, names[i], prune);
		}
}

void
prune_some(const struct namespace *ns)
{
	prune_folder(ns, ns->free.fd, prune_free);
	prune_folder(ns, ns->used.fd, prune_used);
}
