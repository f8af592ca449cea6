#include "lease/lease.h"

#include "base/deadline.h"
#include "namespace/hint.h"
#include "lease/holder.h"
#include "lease/leftover.h"
#include "lease/lockfile.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/*
	 * A holder that has ended leaves its lease a moment later, when its
	 * keeper has been scheduled. Waiting for that, at most this long, is
	 * worth it: a new master costs more, and stays.
	 */
	KEEPER_WAIT_MS = 250,
	KEEPER_PAUSE_US = 100,
	KEEPER_PAUSE_MAX_US = 3000,
	/* A master that hung is given so little time when asked again. */
	HUNG_PATIENCE_US = 5000,
	/* And where its server has to answer, which may be far. */
	HUNG_PATIENCE_E2E_US = 100000,
	/*
	 * Bounds on what one look at the folders costs, however much lies
	 * there; what is left over is the keeper's and gc's (prune.h). Free
	 * names are read so many at a time, and further ones only where others
	 * are after the same.
	 */
	FREE_NAMES = 12,
	FREE_READS_MAX = 42,
	USED_NAMES = 4,
	/* Once a master was found dead, so many others are looked at first. */
	DEAD_LOOKS_MAX = 2,
	/* Percent of the time kept back from a hung master for the one tried next. */
	PATIENCE_RESERVE_PERCENT = 10,
	NEW_NAME_TRIES = 8,
};

/* One name seen in free/. */
struct candidate {
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	bool has_socket;
	struct timespec used; /* mtime of the socket */
};

/* What one lease_acquire() carries from step to step. */
struct search {
	const struct namespace *ns;
	struct probe probe;
	struct probe near_probe; /* the same for a master used just now */
	struct lease_report *report;
	struct holder self;
	int64_t probe_deadline_us; /* 0 until the first master is asked */
	struct lease spare; /* a name in hand without a master */
	/* A keeper is about to release, or a name moved under our hands. */
	bool is_unsettled;
	unsigned int lost; /* names that others were quicker to take */
	unsigned int looks; /* at masters that may be dead as well */
	uint32_t dice;
	/* Free names that were of no use in the first, quiet round. */
	char seen[FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	size_t seen_count;
};

static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->has_socket != right->has_socket)
		return left->has_socket ? -1 : 1;
	if (left->used.tv_sec != right->used.tv_sec)
		return left->used.tv_sec > right->used.tv_sec ? -1 : 1;
	if (left->used.tv_nsec != right->used.tv_nsec)
		return left->used.tv_nsec > right->used.tv_nsec ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* A valid lease name has exactly the size of its array. */
static void
set_name(struct lease *lease, const char *name)
{
	memcpy(lease->name, name, sizeof(lease->name));
	lease->is_warm = false;
	lease->master_pid = 0;
	lease->master_fd = -1;
}

void
lease_disconnect(struct lease *lease)
{
	if (lease->master_fd != -1)
		(void)close(lease->master_fd);
	lease->master_fd = -1;
}

int
lease_touch(const struct namespace *ns, const struct lease *lease)
{
	return utimensat(
	    ns->sockets_fd, lease->name, NULL, AT_SYMLINK_NOFOLLOW);
}

int
lease_release(const struct namespace *ns, struct lease *lease, bool touch)
{
	const struct holder released = {.kind = HOLDER_RELEASED};
	int result, saved_errno;

	lease_disconnect(lease);
	/* R7: all of it before the lock is let go. */
	if (touch)
		(void)lease_touch(ns, lease);
	if (!namespace_has_socket(ns, lease->name, NULL))
		result = unlinkat(ns->used_fd, lease->name, 0);
	else
		result = platform_rename_new(
		    ns->used_fd, lease->name, ns->free_fd, lease->name);
	saved_errno = errno;
	/*
	 * Written last: a peer that knows only the flock leaves the line as it
	 * is, and must not be taken for a keeper that is about to release.
	 */
	(void)holder_write(lease->lock_fd, &released);
	/* A wrapper around ssh may have left its copy to somebody else. */
	(void)flock(lease->lock_fd, LOCK_UN);
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	errno = saved_errno;
	return result;
}

void
lease_set_aside(struct lease *lease)
{
	const struct holder hung = {.kind = HOLDER_HUNG};

	lease_disconnect(lease);
	(void)holder_write(lease->lock_fd, &hung);
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
}

/* patience_us, unless 0, shortens the time that the master is given. */
static enum probe_result
await_answer(struct search *search, struct probe_question *question,
    int64_t patience_us, pid_t *master_pid)
{
	int64_t now_us = deadline_now_us(), deadline_us;
	int64_t reserve_us =
	    (int64_t)search->probe.timeout_ms * 10 * PATIENCE_RESERVE_PERCENT;
	enum probe_result result;

	if (search->probe_deadline_us == 0)
		search->probe_deadline_us =
		    now_us + (int64_t)search->probe.timeout_ms * 1000;
	/* The first that hangs must leave some time to ask the next one. */
	deadline_us = search->probe_deadline_us;
	if (search->report->hung == 0)
		deadline_us -= reserve_us;
	if (patience_us > 0 && now_us + patience_us < deadline_us)
		deadline_us = now_us + patience_us;
	result = probe_answer(question, deadline_us, master_pid);
	/* One that was asked after another had hung had little time. */
	if (result == PROBE_HUNG && search->report->hung > 0 &&
	    patience_us == 0)
		result = PROBE_UNKNOWN;
	return result;
}

/* Once the time to ask masters is used up, no further one is taken. */
static bool
may_ask_more(const struct search *search)
{
	return search->probe_deadline_us == 0 ||
	    deadline_left_ms(search->probe_deadline_us) > 0;
}

static bool
know_self(struct search *search)
{
	return search->self.kind == HOLDER_PROCESS ||
	    holder_self(&search->self) == 0;
}

/*
 * Writes down that this process holds the lease: a lock under the name of a
 * holder that has gone looks like a keeper about to release, and others would
 * wait for it. Where that cannot be written (a full disk), the lease is of no
 * use: a killed keeper would hand the master to another.
 */
static bool
sign(struct search *search, struct lease *lease)
{
	int saved_errno;

	if (know_self(search) &&
	    holder_write(lease->lock_fd, &search->self) == 0) {
		lease->holder_pid = search->self.pid;
		return true;
	}
	saved_errno = errno;
	(void)lease_release(search->ns, lease, false);
	errno = saved_errno;
	return false;
}

/* The server is asked only over a connection that was idle for a while. */
static const struct probe *
probe_for(const struct search *search, const struct lease *lease)
{
	struct timespec used;
	time_t age_secs;

	if (search->probe.kind != PROBE_E2E || search->probe.idle_secs == 0 ||
	    !namespace_has_socket(search->ns, lease->name, &used))
		return &search->probe;
	age_secs = time(NULL) - used.tv_sec;
	return age_secs >= 0 && age_secs < search->probe.idle_secs
	    ? &search->near_probe
	    : &search->probe;
}

/*
 * What becomes of a lease just won, which lies in used/: true, and it is the
 * one to use; false, and it is disposed of, as a spare where there was none.
 * It is signed while the master wakes up.
 */
static bool
examine(struct search *search, struct lease *lease, int64_t patience_us)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct probe_question question = PROBE_NO_QUESTION;
	enum probe_result result = PROBE_DEAD;
	int64_t began_us = deadline_now_us();
	enum namespace_entry entry = namespace_look_at(search->ns, lease->name);

	if (entry == NAMESPACE_FOREIGN) {
		search->report->unknown++;
		(void)lease_release(search->ns, lease, false);
		return false;
	}
	if (entry == NAMESPACE_SOCKET) {
		namespace_socket_path(search->ns, lease->name, path);
		result = probe_ask(&question, probe_for(search, lease), path);
	}
	if (!sign(search, lease)) {
		probe_drop(&question);
		return false;
	}
	if (result == PROBE_ALIVE)
		result = await_answer(
		    search, &question, patience_us, &lease->master_pid);
	search->report->probe_us += deadline_now_us() - began_us;
	switch (result) {
	case PROBE_ALIVE:
		lease->is_warm = true;
		lease->master_fd = question.socket_fd;
		return true;
	case PROBE_HUNG:
		search->report->hung++;
		lease_set_aside(lease);
		return false;
	case PROBE_UNKNOWN:
		search->report->unknown++;
		(void)lease_release(search->ns, lease, false);
		return false;
	case PROBE_DEAD:
		break;
	}
	/* R6: we hold the lease, and nobody listens. */
	if (entry == NAMESPACE_SOCKET) {
		search->report->dead++;
		(void)unlinkat(search->ns->sockets_fd, lease->name, 0);
	}
	if (search->spare.lock_fd == -1)
		search->spare = *lease;
	else
		(void)lease_release(search->ns, lease, false);
	return false;
}

/*
 * Looks at the lock that somebody else holds, and closes it. Where the holder
 * written in it has ended, or it lies in free/ already, it is about to be let
 * go: worth waiting for.
 */
static void
look_at_holder(struct search *search, int busy_fd, bool is_in_free)
{
	struct holder holder;

	if (busy_fd == -1)
		return;
	holder_read(busy_fd, &holder);
	if ((holder.kind == HOLDER_PROCESS &&
		holder_state(&holder) == HOLDER_GONE) ||
	    (holder.kind == HOLDER_RELEASED && is_in_free))
		search->is_unsettled = true;
	(void)close(busy_fd);
}

/*
 * R5: a peer that knows only the flock has salvaged and released a lease whose
 * keeper was killed; the ssh written in it may still be running.
 */
static bool
is_in_use_by_its_holder(const struct lease *lease)
{
	struct holder holder;

	holder_read(lease->lock_fd, &holder);
	return holder.kind == HOLDER_PROCESS &&
	    holder_state(&holder) == HOLDER_ALIVE;
}

/*
 * Locks a free name and moves it to used/ (R4). It may be locked where it
 * lies: a release renames first and unlocks then. 0, or -1 with errno (EBUSY:
 * its holder lives, though it has not the lock).
 */
static int
lock_and_move(const struct namespace *ns, const char *name, struct lease *lease,
    int *busy_fd)
{
	int saved_errno;

	lease->lock_fd = lockfile_open(ns->free_fd, name, ns->owner, busy_fd);
	if (lease->lock_fd == -1)
		return -1;
	set_name(lease, name);
	if (is_in_use_by_its_holder(lease))
		errno = EBUSY;
	else if (platform_rename_new(ns->free_fd, name, ns->used_fd, name) == 0)
		return 0;
	saved_errno = errno;
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	errno = saved_errno;
	return -1;
}

/* 0, or -1 with errno: ENOENT, it is not there any more. */
static int
claim_free(struct search *search, const char *name, struct lease *lease)
{
	int busy_fd = -1, saved_errno;

	search->report->tried++;
	if (lock_and_move(search->ns, name, lease, &busy_fd) == 0)
		return 0;
	saved_errno = errno;
	look_at_holder(search, busy_fd, true);
	errno = saved_errno;
	return -1;
}

/* One of those that were seen in free/: true, and it is the one to use. */
static bool
try_free(struct search *search, const struct candidate *candidate,
    struct lease *lease)
{
	if (claim_free(search, candidate->name, lease) == 0)
		return examine(search, lease, 0);
	search->lost++;
	if (errno == ENOENT)
		search->is_unsettled = true;
	return false;
}

int
lease_hand_over(struct lease *lease)
{
	struct holder self;

	if (holder_self(&self) == -1 ||
	    holder_write(lease->lock_fd, &self) == -1)
		return -1;
	lease->holder_pid = self.pid;
	return 0;
}

int
lease_claim(const struct namespace *ns, const char *name, struct lease *lease)
{
	struct search search = {.ns = ns};

	if (lock_and_move(ns, name, lease, NULL) == -1)
		return -1;
	return sign(&search, lease) ? 0 : -1;
}

/* Whether a master need not be taken to see that it is dead as well. */
static bool
looks_dead(struct search *search, const char *name)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];

	if (search->report->dead == 0)
		return false;
	search->looks++;
	namespace_socket_path(search->ns, name, path);
	return probe_look(path) == PROBE_DEAD;
}

/*
 * Brings another candidate to the front, from further and further behind, once
 * names are lost to others: a crowd that starts at the same moment, each
 * trying the same names in the same order, would lose time at every one.
 */
static void
step_aside(struct search *search, struct candidate *candidates, size_t count)
{
	size_t reach = count, chosen;
	struct candidate first;

	if (search->lost == 0 || count < 2)
		return;
	if (search->lost < 16 && ((size_t)1 << search->lost) < count)
		reach = (size_t)1 << search->lost;
	/* xorshift: who is first needs no better dice (0 would stay 0). */
	search->dice |= 1;
	search->dice ^= search->dice << 13;
	search->dice ^= search->dice >> 17;
	search->dice ^= search->dice << 5;
	chosen = search->dice % reach;
	first = candidates[0];
	candidates[0] = candidates[chosen];
	candidates[chosen] = first;
}

/* Tries those with a master; the rest of the candidates has none. */
static bool
take_with_master(struct search *search, struct candidate *candidates,
    size_t count, struct lease *lease)
{
	size_t i;

	for (i = 0; i < count && may_ask_more(search); i++) {
		if (search->looks >= DEAD_LOOKS_MAX)
			break;
		step_aside(search, candidates + i, count - i);
		if (looks_dead(search, candidates[i].name))
			continue;
		if (try_free(search, &candidates[i], lease))
			return true;
	}
	return false;
}

/*
 * Tries free names, the most recently used master first, so that those which
 * are not needed reach the end of their ControlPersist time and the pool
 * shrinks when load does.
 */
static bool
take_from(struct search *search, struct candidate *candidates, size_t count,
    struct lease *lease)
{
	size_t with_master = 0, i;

	if (count > 1)
		qsort(
		    candidates, count, sizeof(*candidates), compare_candidates);
	while (with_master < count && candidates[with_master].has_socket)
		with_master++;
	if (take_with_master(search, candidates, with_master, lease))
		return true;
	/* Of those without a socket, one will do. */
	for (i = with_master; i < count && search->spare.lock_fd == -1; i++)
		if (try_free(search, &candidates[i], lease))
			return true;
	return false;
}

static bool
was_seen(const struct search *search, const char *name)
{
	size_t i;

	for (i = 0; i < search->seen_count; i++)
		if (memcmp(search->seen[i], name, NAMESPACE_LEASE_NAME_SIZE) ==
		    0)
			return true;
	return false;
}

/* The names that are worth a try, with their masters' last use. */
static size_t
look_at_names(const struct search *search, struct candidate *candidates,
    char names[][NAMESPACE_LEASE_NAME_SIZE], size_t count)
{
	size_t wanted = 0, i;

	for (i = 0; i < count; i++) {
		struct candidate *candidate = &candidates[wanted];

		if (!namespace_is_lease_name(names[i]) ||
		    was_seen(search, names[i]))
			continue;
		memset(candidate, 0, sizeof(*candidate));
		memcpy(candidate->name, names[i], NAMESPACE_LEASE_NAME_SIZE);
		candidate->has_socket = namespace_has_socket(
		    search->ns, candidate->name, &candidate->used);
		wanted++;
	}
	return wanted;
}

static bool
take_free(struct search *search, struct lease *lease)
{
	char names[FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	struct candidate candidates[FREE_NAMES];
	size_t count, wanted;
	unsigned int lost;
	int reads;

	if (platform_names_rewind(search->ns->free_fd) == -1)
		return false;
	for (reads = 0; reads < FREE_READS_MAX; reads++) {
		bool is_first = reads == 0 && search->seen_count == 0;

		if (platform_names_read(search->ns->free_fd, names[0],
			sizeof(names[0]), FREE_NAMES, &count) != 1)
			return false;
		lost = search->lost;
		wanted = look_at_names(search, candidates, names, count);
		if (take_from(search, candidates, wanted, lease))
			return true;
		if (is_first) {
			memcpy(search->seen, names, sizeof(names));
			search->seen_count = count;
		}
		/* Further names only where a crowd has taken these. */
		if (search->lost == lost)
			return false;
	}
	return false;
}

/*
 * Whether the lock on used/NAME need not even be tried: its holder is running.
 * One that has just ended may be taken for that as long as nobody has waited
 * for it.
 */
static bool
is_plainly_held(struct search *search, const char *name)
{
	struct holder holder;
	int fd;

	fd = openat(search->ns->used_fd, name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return false;
	holder_read(fd, &holder);
	(void)close(fd);
	return know_self(search) && holder_is_running(&holder, &search->self);
}

/*
 * Takes used/NAME where it is a leftover and its master answers, or is no
 * more. Where it is locked though its holder has ended, the keeper is about
 * to release it. *is_missing tells that there is no such name any more.
 */
static bool
take_used(struct search *search, const char *name, struct lease *lease,
    bool *is_missing)
{
	struct holder holder;
	int busy_fd = -1;

	set_name(lease, name);
	lease->lock_fd = lockfile_open(
	    search->ns->used_fd, name, search->ns->owner, &busy_fd);
	*is_missing = lease->lock_fd == -1 && errno == ENOENT;
	look_at_holder(search, busy_fd, false);
	if (lease->lock_fd == -1)
		return false;
	holder_read(lease->lock_fd, &holder);
	if (!leftover_may_be_taken(search->ns, name, lease->lock_fd, &holder)) {
		(void)close(lease->lock_fd);
		lease->lock_fd = -1;
		return false;
	}
	search->report->salvaged++;
	return examine(search, lease,
	    holder.kind != HOLDER_HUNG		  ? 0
		: search->probe.kind == PROBE_E2E ? HUNG_PATIENCE_E2E_US
						  : HUNG_PATIENCE_US);
}

static bool
take_leftover(struct search *search, struct lease *lease)
{
	char names[USED_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	bool is_missing;
	size_t count, i;

	if (platform_names_rewind(search->ns->used_fd) == -1 ||
	    platform_names_read(search->ns->used_fd, names[0], sizeof(names[0]),
		USED_NAMES, &count) != 1)
		return false;
	for (i = 0; i < count && may_ask_more(search); i++) {
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
 * The lease that was used last: where it is free, or about to be, nothing else
 * needs to be looked at.
 */
static bool
take_last(struct search *search, struct lease *lease)
{
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	bool is_missing;

	if (!hint_read(search->ns, name) || was_seen(search, name))
		return false;
	if (claim_free(search, name, lease) == -1) {
		if (errno != ENOENT)
			return false;
		if (take_used(search, name, lease, &is_missing))
			return true;
		/* Just moved, or long gone. */
		if (!is_missing || claim_free(search, name, lease) == -1)
			return false;
	}
	return examine(search, lease, 0);
}

/*
 * Everything that may save a new master. A name can move from used/ to free/
 * between the two looks, seen by neither, so after a quiet round free/ is read
 * once more: quiet is a round without a holder that has ended and still has
 * its lease, and without a name that was gone when it was to be opened
 * (measured: one needless login in 300 runs without).
 */
static bool
take_live(struct search *search, struct lease *lease)
{
	int64_t began_us = deadline_now_us();
	int64_t deadline_us = began_us + KEEPER_WAIT_MS * (int64_t)1000;
	bool was_quiet = false;
	int pause_us = KEEPER_PAUSE_US;

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
		if (deadline_left_ms(deadline_us) == 0)
			return take_last(search, lease) ||
			    take_free(search, lease);
		deadline_sleep_us(pause_us);
		if ((pause_us *= 2) > KEEPER_PAUSE_MAX_US)
			pause_us = KEEPER_PAUSE_MAX_US;
	}
}

/* A new name. 0, or -1 with *failure. */
static int
create(struct search *search, struct lease *lease, struct failure *failure)
{
	const struct namespace *ns = search->ns;
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1] = "s";
	unsigned char random[8];
	int tries, locked;

	for (tries = 0; tries < NEW_NAME_TRIES; tries++) {
		if (platform_random(random, sizeof(random)) == -1)
			break;
		digest_encode_base64(random, sizeof(random), name + 1);
		set_name(lease, name);
		lease->lock_fd = openat(ns->used_fd, name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (lease->lock_fd == -1 && errno == EEXIST)
			continue;
		if (lease->lock_fd == -1)
			break;
		locked = lockfile_lock_new(ns->used_fd, name, lease->lock_fd);
		if (locked == 1 && sign(search, lease))
			return 0;
		if (locked == 1)
			break;
		(void)failure_set(
		    failure, FAILURE_SYSTEM, "lock", ns->path, "used");
		/* It stays: unlocked, it may be somebody else's by now. */
		(void)close(lease->lock_fd);
		lease->lock_fd = -1;
		if (locked == -1)
			return -1;
	}
	return failure_set(
	    failure, FAILURE_SYSTEM, "create a lease in", ns->path, "used");
}

int
lease_acquire(const struct namespace *ns, const struct probe *probe,
    struct lease *lease, struct lease_report *report, struct failure *failure)
{
	struct search search = {.ns = ns,
	    .probe = *probe,
	    .report = report,
	    .spare = {.lock_fd = -1},
	    .dice = (uint32_t)deadline_now_us() ^ (uint32_t)getpid()};

	memset(report, 0, sizeof(*report));
	lease->lock_fd = lease->master_fd = -1;
	search.probe.owner = ns->owner;
	search.near_probe = search.probe;
	search.near_probe.kind = PROBE_NATIVE;
	if (take_live(&search, lease)) {
		if (search.spare.lock_fd != -1)
			(void)lease_release(ns, &search.spare, false);
		return 0;
	}
	if (search.spare.lock_fd == -1)
		return create(&search, lease, failure);
	*lease = search.spare;
	return 0;
}

bool
lease_is_warm_likely(const struct namespace *ns)
{
	char names[FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	size_t count, i;

	if (platform_names_rewind(ns->free_fd) == -1)
		return false;
	while (platform_names_read(ns->free_fd, names[0], sizeof(names[0]),
		   FREE_NAMES, &count) == 1)
		for (i = 0; i < count; i++)
			if (namespace_is_lease_name(names[i]) &&
			    namespace_has_socket(ns, names[i], NULL))
				return true;
	return false;
}
