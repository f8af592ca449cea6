#include "lease/search.h"

#include "base/deadline.h"
#include "lease/hung.h"
#include "lease/leftover.h"
#include "lease/lockfile.h"
#include "lease/slots.h"
#include "lease/vain.h"
#include "namespace/hint.h"
#include "namespace/slot.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	/*
	 * When a holder ends, its lease is free a moment later, when its keeper
	 * runs. It is worth waiting at most this long: a new master costs more,
	 * and stays.
	 */
	KEEPER_WAIT_MS = 250,
	KEEPER_PAUSE_US = 100,
	KEEPER_PAUSE_MAX_US = 3000,
	/* Most keepers have released by then. */
	LOCKS_AFTER_US = 2000,
	/* The time for a master that hung before. */
	HUNG_PATIENCE_US = 5000,
	/* The same if its server must answer, which may be far away. */
	HUNG_PATIENCE_E2E_US = 100000,
	/* The number of names in used/ that are examined. */
	USED_NAMES = 4,
};

/* Whether the holder of used/NAME lives, so its lock need not be tried. */
static bool
is_plainly_held(const struct search *search, const char *name)
{
	struct holder holder;
	int fd;

	fd = openat(search->ns->used.fd, name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return false;
	holder_read(fd, &holder);
	(void)close(fd);
	return holder_state(&holder) == HOLDER_ALIVE;
}

static int64_t
hung_patience_us(const struct search *search)
{
	return search->probe.kind == PROBE_E2E ? HUNG_PATIENCE_E2E_US
					       : HUNG_PATIENCE_US;
}

/*
 * Takes used/NAME if it is a leftover and its master answers or is gone. If it
 * is locked but its holder has ended, the keeper is about to release it.
 * *is_missing is set if the name is gone.
 */
static bool
take_used(struct search *search, const char *name, struct lease *lease,
    bool *is_missing)
{
	struct holder holder;
	int busy_fd = -1;

	lease_set_name(lease, name);
	lease->lock_fd =
	    lockfile_open(search->ns, &search->ns->used, name, &busy_fd);
	*is_missing = lease->lock_fd == -1 && errno == ENOENT;
	examine_holder(search, name, busy_fd, false);
	if (lease->lock_fd == -1)
		return false;
	lease_read(lease, &holder);
	/* Its holder was killed, and did not record what it heard. */
	trust_forget(&lease->trust);
	if (!leftover_may_be_taken(search->ns, name, lease->lock_fd, &holder)) {
		(void)close(lease->lock_fd);
		lease->lock_fd = -1;
		return false;
	}
	search->report->salvaged++;
	/* The far command of its session may still run. */
	if (slot_is_name(name) && holder.kind != HOLDER_HUNG) {
		slots_retire(search->ns, lease, false);
		return false;
	}
	return examine_lease(search, lease,
	    holder.kind == HOLDER_HUNG ? hung_patience_us(search) : 0);
}

/* Takes one that hung, if it has rested and answers now. */
static bool
take_hung(struct search *search, const char *hung_name, struct lease *lease)
{
	if (hung_take_back(search->ns, hung_name, lease) == -1)
		return false;
	trust_forget(&lease->trust);
	search->report->salvaged++;
	return examine_lease(search, lease, hung_patience_us(search));
}

static bool
take_leftover(struct search *search, struct lease *lease)
{
	char names[USED_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	bool is_missing;
	size_t count, i;

	if (platform_names_rewind(search->ns->used.fd) == -1 ||
	    platform_names_read(search->ns->used.fd, names[0], sizeof(names[0]),
		USED_NAMES, &count) != 1)
		return false;
	for (i = 0; i < count && examine_may_go_on(search); i++) {
		if (hung_is_name(names[i]) &&
		    take_hung(search, names[i], lease))
			return true;
		if (!namespace_is_lease_name(names[i]) ||
		    is_plainly_held(search, names[i]))
			continue;
		if (take_used(search, names[i], lease, &is_missing))
			return true;
		if (is_missing)
			search->is_unsettled = true;
	}
	return false;
}

/*
 * The lease that was used last. If it is free, or soon will be, nothing else
 * needs to be examined.
 */
static bool
take_last(struct search *search, struct lease *lease)
{
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	bool is_missing;

	/* Of slots, those of the most used master come first. */
	if (search->ns->slots > 1 || !hint_read(search->ns, name) ||
	    candidates_were_seen(search, name))
		return false;
	if (candidates_claim(search, name, lease) == -1) {
		if (errno != ENOENT)
			return false;
		if (take_used(search, name, lease, &is_missing))
			return true;
		/* The name has just moved, or is gone. */
		if (!is_missing || candidates_claim(search, name, lease) == -1)
			return false;
	}
	return examine_lease(search, lease, 0);
}

static bool
take_free(struct search *search, struct lease *lease)
{
	return search->ns->slots > 1 ? slots_search_take(search, lease)
				     : candidates_take(search, lease);
}

/*
 * Tries everything that can save a login. A name can move from used/ to free/
 * between the two reads, and be seen in neither. So after a quiet round free/
 * is read again. A round is quiet if no holder ended without releasing, and no
 * name was missing when it was opened. Without this, one of 300 runs had a
 * needless login.
 */
static bool
take_live(struct search *search, struct lease *lease)
{
	int64_t began_us = deadline_now_us();
	int64_t deadline_us = began_us + KEEPER_WAIT_MS * (int64_t)1000;
	bool was_quiet = false;
	int pause_us = KEEPER_PAUSE_US;

	search->ask_locks_us = began_us + LOCKS_AFTER_US;
	for (;;) {
		search->is_unsettled = false;
		if (take_last(search, lease) || take_free(search, lease) ||
		    (!was_quiet && take_leftover(search, lease)))
			return true;
		search->report->wait_us = deadline_now_us() - began_us;
		if (!search->is_unsettled) {
			if (was_quiet)
				return false;
			was_quiet = true;
			continue;
		}
		was_quiet = false;
		search->seen_count = 0;
		if (deadline_left_ms(deadline_us) == 0) {
			if (search->waited.kind == HOLDER_PROCESS)
				vain_note(search->ns, search->waited_name,
				    &search->waited);
			return take_last(search, lease) ||
			    take_free(search, lease);
		}
		deadline_sleep_us(pause_us);
		if ((pause_us *= 2) > KEEPER_PAUSE_MAX_US)
			pause_us = KEEPER_PAUSE_MAX_US;
	}
}

/* Masters with orphans come last: that in hand, or any other. */
static bool
take_worn(struct search *search, struct lease *lease)
{
	if (search->worn.lock_fd == -1)
		return false;
	search->takes_worn = true;
	search->seen_count = 0;
	*lease = search->worn;
	search->worn.lock_fd = -1;
	return examine_lease(search, lease, 0) ||
	    candidates_take(search, lease);
}

static void
give_back(const struct namespace *ns, struct lease *lease)
{
	if (lease->lock_fd != -1)
		(void)lease_release(ns, lease, false);
}

int
acquire_lease(const struct namespace *ns, const struct acquire_options *options,
    struct lease *lease, struct acquire_report *report, struct failure *failure)
{
	struct search search = {.ns = ns,
	    .options = options,
	    .probe = options->probe,
	    .report = report,
	    .spare = {.lock_fd = -1},
	    .worn = {.lock_fd = -1},
	    .dice = (uint32_t)deadline_now_us() ^ (uint32_t)getpid()};

	memset(report, 0, sizeof(*report));
	report->began_us = deadline_now_us();
	lease->lock_fd = lease->master_fd = -1;
	search.probe.owner = ns->owner;
	if (take_live(&search, lease) || take_worn(&search, lease)) {
		give_back(ns, &search.spare);
		give_back(ns, &search.worn);
		return 0;
	}
	/* A new login in each run, beside live masters, would never end. */
	if (search.want != 0) {
		give_back(ns, &search.spare);
		errno = search.want;
		return failure_set(failure, FAILURE_SYSTEM,
		    "ask the masters of", ns->path, NULL);
	}
	if (search.spare.lock_fd != -1)
		*lease = search.spare;
	else if (lease_create(ns, lease, &search.self, failure) == -1)
		return -1;
	/* A master that is found is of this boot, and so is its fourth line. */
	holder_write_boot(lease->lock_fd);
	return 0;
}

struct counters_run
acquire_count(const struct acquire_report *report, enum counter kind)
{
	return (struct counters_run){.kind = kind,
	    .dead = report->dead,
	    .hung = report->hung,
	    .wait_us = (uint32_t)report->wait_us,
	    .us = (uint32_t)(deadline_now_us() - report->began_us)};
}

bool
acquire_is_warm_likely(const struct namespace *ns)
{
	char names[SEARCH_FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	size_t count, i;

	if (platform_names_rewind(ns->free.fd) == -1)
		return false;
	while (platform_names_read(ns->free.fd, names[0], sizeof(names[0]),
		   SEARCH_FREE_NAMES, &count) == 1)
		for (i = 0; i < count; i++)
			if (namespace_is_lease_name(names[i]) &&
			    namespace_has_socket(ns, names[i], NULL))
				return true;
	return false;
}
