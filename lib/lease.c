#include "lease.h"

#include "deadline.h"
#include "holder.h"
#include "leftover.h"
#include "lockfile.h"
#include "platform.h"

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
	/* Reads of used/ (256 names each) that one acquire spends at most. */
	USED_READS_MAX = 1,
	FREE_READS_MAX = 8,
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
	struct lease_report *report;
	struct holder self;
	int64_t probe_deadline_us; /* 0 until the first master is asked */
	struct lease spare; /* a name in hand without a master */
	bool free_was_read; /* and must be rewound */
	/* A keeper is about to release, or a name moved under our hands. */
	bool is_unsettled;
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

	if ((search->self.kind == HOLDER_PROCESS ||
		holder_self(&search->self) == 0) &&
	    holder_write(lease->lock_fd, &search->self) == 0) {
		lease->holder_pid = search->self.pid;
		return true;
	}
	saved_errno = errno;
	(void)lease_release(search->ns, lease, false);
	errno = saved_errno;
	return false;
}

/*
 * What becomes of a lease just won, which lies in used/: true, and it is the
 * one to use; false, and it is disposed of, as a spare where there was none.
 * It is signed while the master wakes up.
 */
static bool
examine(struct search *search, struct lease *lease, bool socket,
    int64_t patience_us)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct probe_question question = {.socket_fd = -1};
	enum probe_result result = PROBE_DEAD;
	int64_t began_us = deadline_now_us();

	if (socket) {
		namespace_socket_path(search->ns, lease->name, path);
		result = probe_ask(&question, &search->probe, path);
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
	if (socket) {
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
 * Locks a free name and moves it to used/ (R4). It may be locked where it
 * lies: a release renames first and unlocks then. 0, or -1 with errno.
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
	if (platform_rename_new(ns->free_fd, name, ns->used_fd, name) == 0)
		return 0;
	saved_errno = errno;
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	errno = saved_errno;
	return -1;
}

static bool
claim_free(struct search *search, const char *name, struct lease *lease)
{
	int busy_fd = -1;

	search->report->tried++;
	if (lock_and_move(search->ns, name, lease, &busy_fd) == 0)
		return true;
	if (errno == ENOENT)
		search->is_unsettled = true;
	look_at_holder(search, busy_fd, true);
	return false;
}

int
lease_claim(const struct namespace *ns, const char *name, struct lease *lease)
{
	struct search search = {.ns = ns};

	if (lock_and_move(ns, name, lease, NULL) == -1)
		return -1;
	return sign(&search, lease) ? 0 : -1;
}

/*
 * Tries the free names of one directory read, the most recently used master
 * first, so that those which are not needed reach the end of their
 * ControlPersist time and the pool shrinks when load does.
 */
static bool
take_from(struct search *search, struct candidate *candidates, size_t count,
    struct lease *lease)
{
	size_t i;

	if (count > 1)
		qsort(
		    candidates, count, sizeof(*candidates), compare_candidates);
	for (i = 0; i < count; i++) {
		/* Those without a socket come last, and one will do. */
		if (!candidates[i].has_socket && search->spare.lock_fd != -1)
			return false;
		if (candidates[i].has_socket && !may_ask_more(search))
			continue;
		if (claim_free(search, candidates[i].name, lease) &&
		    examine(search, lease, candidates[i].has_socket, 0))
			return true;
	}
	return false;
}

static bool
take_free(struct search *search, struct lease *lease)
{
	char names[PLATFORM_NAMES_MAX][PLATFORM_NAME_SIZE];
	struct candidate candidates[PLATFORM_NAMES_MAX];
	size_t count, wanted, i;
	int reads;

	if (search->free_was_read &&
	    platform_names_rewind(search->ns->free_fd) == -1)
		return false;
	search->free_was_read = true;
	for (reads = 0; reads < FREE_READS_MAX; reads++) {
		if (platform_names_read(search->ns->free_fd, names, &count) !=
		    1)
			return false;
		wanted = 0;
		for (i = 0; i < count; i++) {
			struct candidate *candidate = &candidates[wanted];

			if (!namespace_is_lease_name(names[i]))
				continue;
			memset(candidate, 0, sizeof(*candidate));
			memcpy(candidate->name, names[i], PLATFORM_NAME_SIZE);
			candidate->has_socket = namespace_has_socket(
			    search->ns, candidate->name, &candidate->used);
			wanted++;
		}
		if (take_from(search, candidates, wanted, lease))
			return true;
	}
	return false;
}

/*
 * Takes used/NAME where it is a leftover and its master answers, or is no
 * more. Where it is locked though its holder has ended, the keeper is about
 * to release it.
 */
static bool
take_used(struct search *search, const char *name, struct lease *lease)
{
	struct holder holder;
	int busy_fd = -1;

	set_name(lease, name);
	lease->lock_fd = lockfile_open(
	    search->ns->used_fd, name, search->ns->owner, &busy_fd);
	if (lease->lock_fd == -1 && errno == ENOENT)
		search->is_unsettled = true;
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
	    namespace_has_socket(search->ns, name, NULL),
	    holder.kind == HOLDER_HUNG ? HUNG_PATIENCE_US : 0);
}

static bool
take_leftover(struct search *search, struct lease *lease)
{
	char names[PLATFORM_NAMES_MAX][PLATFORM_NAME_SIZE];
	size_t count, i;
	int reads;

	if (platform_names_rewind(search->ns->used_fd) == -1)
		return false;
	for (reads = 0; reads < USED_READS_MAX; reads++) {
		if (platform_names_read(search->ns->used_fd, names, &count) !=
		    1)
			return false;
		for (i = 0; i < count; i++) {
			if (namespace_is_lease_name(names[i]) &&
			    may_ask_more(search) &&
			    take_used(search, names[i], lease))
				return true;
		}
	}
	return false;
}

/*
 * Everything that may save a new master. A name can move from used/ to free/
 * between the two looks, seen by neither, so only two quiet rounds in a row
 * mean that there is none: rounds without a holder that has ended and still
 * has its lease, and without a name that was gone when it was to be opened
 * (measured: one needless login in 300 runs without).
 */
static bool
take_live(struct search *search, struct lease *lease)
{
	int64_t began_us = deadline_now_us();
	int64_t deadline_us = began_us + KEEPER_WAIT_MS * (int64_t)1000;
	int quiet_rounds = 0, pause_us = KEEPER_PAUSE_US;

	for (;;) {
		search->is_unsettled = false;
		if (take_free(search, lease) || take_leftover(search, lease))
			return true;
		quiet_rounds = search->is_unsettled ? 0 : quiet_rounds + 1;
		search->report->wait_us = deadline_now_us() - began_us;
		if (quiet_rounds == 2)
			return false;
		if (!search->is_unsettled)
			continue;
		if (deadline_left_ms(deadline_us) == 0)
			return false;
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
		if (locked == -1)
			(void)unlinkat(ns->used_fd, name, 0);
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
	    .spare = {.lock_fd = -1}};

	memset(report, 0, sizeof(*report));
	lease->lock_fd = -1;
	search.probe.owner = ns->owner;
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
	char names[PLATFORM_NAMES_MAX][PLATFORM_NAME_SIZE];
	size_t count, i;

	if (platform_names_rewind(ns->free_fd) == -1)
		return false;
	while (platform_names_read(ns->free_fd, names, &count) == 1)
		for (i = 0; i < count; i++)
			if (namespace_is_lease_name(names[i]) &&
			    namespace_has_socket(ns, names[i], NULL))
				return true;
	return false;
}
