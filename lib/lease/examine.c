#include "lease/search.h"
#include "namespace/slot.h"

#include "base/deadline.h"
#include "lease/orphans.h"
#include "lease/vain.h"
#include "platform/platform.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Percent of the time that is kept for the next master. */
	PATIENCE_RESERVE_PERCENT = 10,
	/* The interval at which the owner of a lock is checked. */
	LOCKS_EACH_US = 20000,
};

/* patience_us, unless 0, limits the time of the master. */
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
	/* The first master that hangs must leave time for the next one. */
	deadline_us = search->probe_deadline_us;
	if (search->report->hung == 0)
		deadline_us -= reserve_us;
	if (patience_us > 0 && now_us + patience_us < deadline_us)
		deadline_us = now_us + patience_us;
	result = probe_answer(question, deadline_us, master_pid);
	/* A master that was asked after a hung one had little time. */
	if (result == PROBE_HUNG && search->report->hung > 0 &&
	    patience_us == 0)
		result = PROBE_UNKNOWN;
	return result;
}

bool
examine_may_go_on(const struct search *search)
{
	return search->probe_deadline_us == 0 ||
	    deadline_left_ms(search->probe_deadline_us) > 0;
}

/* Prepares a keeper, which takes less time than the master to wake up. */
static void
prepare(const struct search *search, struct lease *lease)
{
	const struct acquire_options *options = search->options;

	lease->is_trusted = trust_holds(&lease->trust, options->trust_secs);
	if (options->keeping == NULL ||
	    (!lease->is_trusted && options->keeps_trusted_only))
		return;
	/* It ends with the lease where the master turns out to be no use. */
	options->keeping->count = acquire_count(search->report, COUNTER_WARM);
	keeper_prepare(search->ns, lease, options->keeping);
}

/*
 * A master that answers may have lost its server. If it is not trusted and its
 * server does not answer, it is ended: its pending requests must not begin when
 * the server returns.
 */
static enum probe_result
examine_server(struct search *search, struct lease *lease)
{
	const struct acquire_options *options = search->options;
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	enum probe_result result;

	if (search->probe.kind == PROBE_E2E) {
		trust_note_heard(&lease->trust, 0);
		lease->is_trusted = true;
	}
	if (lease->is_trusted || options->answer_ms == 0)
		return PROBE_ALIVE;
	search->report->asked++;
	namespace_socket_path(search->ns, lease->name, path);
	result = probe_ask_server(path, search->ns->owner, &lease->master_fd,
	    deadline_in_ms(options->answer_ms));
	if (result == PROBE_ALIVE) {
		trust_note_heard(&lease->trust, 0);
		lease->is_trusted = true;
	}
	if (result != PROBE_HUNG)
		return result == PROBE_UNKNOWN ? PROBE_ALIVE : result;
	search->report->ended++;
	result =
	    lease_end_master(search->ns, lease) == 0 ? PROBE_DEAD : PROBE_HUNG;
	lease_disconnect(lease);
	return result;
}

void
examine_want(struct search *search, int error)
{
	if (error == EMFILE || error == ENFILE || error == ENOMEM ||
	    error == ENOBUFS)
		search->want = error;
}

/* Of several, that one which has the fewest orphans. */
static void
keep_worn(struct search *search, struct lease *lease)
{
	struct lease other = search->worn;

	if (other.lock_fd != -1 && other.orphans <= lease->orphans) {
		(void)lease_release(search->ns, lease, false);
		return;
	}
	search->worn = *lease;
	if (other.lock_fd != -1)
		(void)lease_release(search->ns, &other, false);
}

/*
 * Of a master that answers, whether it may be leased: not with as many orphans
 * as would have the server refuse. The lease is disposed of then.
 */
static bool
has_room(struct search *search, struct lease *lease)
{
	if (lease->orphans == 0)
		return true;
	orphans_recount(lease);
	if (!orphans_are_too_many(lease))
		return true;
	orphans_retire(
	    search->ns, lease, deadline_in_ms(search->probe.timeout_ms));
	return false;
}

/* Whether a lease with this master is used. Otherwise it is disposed of. */
static bool
settle(struct search *search, struct lease *lease, enum probe_result result,
    enum namespace_entry entry)
{
	switch (result) {
	case PROBE_ALIVE:
		lease->is_warm = true;
		return has_room(search, lease);
	case PROBE_HUNG:
		search->report->hung++;
		lease_set_aside(search->ns, lease);
		return false;
	case PROBE_UNKNOWN:
		search->report->unknown++;
		(void)lease_release(search->ns, lease, false);
		return false;
	case PROBE_DEAD:
		break;
	}
	lease->orphans = 0;
	/* R6: we hold the lease, and no process listens. */
	if (entry == NAMESPACE_SOCKET) {
		search->report->dead++;
		(void)unlinkat(search->ns->sockets.fd, lease->name, 0);
	}
	/* A slot belongs to one master, and goes with it. */
	if (search->spare.lock_fd == -1 && !slot_is_name(lease->name))
		search->spare = *lease;
	else
		(void)lease_release(search->ns, lease, false);
	return false;
}

/*
 * Tells a master with an old login to stop. The name is free for another login
 * then: PROBE_DEAD.
 */
static enum probe_result
retire(struct search *search, struct lease *lease)
{
	enum probe_result result =
	    lease_retire(search->ns, lease, search->probe.timeout_ms);

	search->report->old++;
	age_clear(&lease->age);
	trust_clear(&lease->trust);
	return result == PROBE_ALIVE ? PROBE_DEAD : result;
}

bool
examine_lease(struct search *search, struct lease *lease, int64_t patience_us)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct probe_question question = PROBE_NO_QUESTION;
	enum probe_result result = PROBE_DEAD;
	int64_t began_us = deadline_now_us();
	enum namespace_entry entry;

	if (lease->orphans > 0 && !search->takes_worn) {
		keep_worn(search, lease);
		return false;
	}
	entry = namespace_look_at(search->ns, lease->name);
	if (entry == NAMESPACE_FOREIGN) {
		search->report->unknown++;
		(void)lease_release(search->ns, lease, false);
		return false;
	}
	if (entry == NAMESPACE_SOCKET) {
		namespace_socket_path(search->ns, lease->name, path);
		result = probe_ask(&question, &search->probe, path);
		if (result == PROBE_UNKNOWN)
			examine_want(search, errno);
	}
	if (lease_sign(search->ns, lease, &search->self) == -1) {
		probe_drop(&question);
		return false;
	}
	if (result == PROBE_ALIVE &&
	    age_is_over(&lease->age, search->options->max_age_secs)) {
		probe_drop(&question);
		result = retire(search, lease);
		entry = NAMESPACE_NOTHING;
	} else if (result == PROBE_ALIVE) {
		prepare(search, lease);
		result = await_answer(
		    search, &question, patience_us, &lease->master_pid);
		if (result == PROBE_UNKNOWN)
			examine_want(search, errno);
	}
	if (result == PROBE_ALIVE) {
		lease->master_fd = question.socket_fd;
		result = examine_server(search, lease);
	}
	search->report->probe_us += deadline_now_us() - began_us;
	if (result != PROBE_ALIVE)
		lease_end_keeper(lease);
	return settle(search, lease, result, entry);
}

/*
 * Whether the process that took the lock still runs. A keeper has the lock from
 * a process that has ended.
 */
static bool
is_taken_by_another(int busy_fd)
{
	struct platform_locks *locks = platform_locks_take();
	struct stat st;
	pid_t pid = 0;
	bool is_taken;

	is_taken = locks != NULL && fstat(busy_fd, &st) == 0 &&
	    platform_locks_hold(locks, &st, &pid) && pid > 0;
	platform_locks_free(locks);
	return is_taken;
}

/* Waits a moment first, since the check costs more and is seldom needed. */
static bool
is_worth_waiting(struct search *search, const char *name, int busy_fd,
    const struct holder *holder)
{
	int64_t now_us = deadline_now_us();

	if (now_us < search->ask_locks_us)
		return true;
	if (vain_is_noted(search->ns, name, holder) ||
	    is_taken_by_another(busy_fd))
		return false;
	search->ask_locks_us = now_us + LOCKS_EACH_US;
	search->waited = *holder;
	memcpy(search->waited_name, name, sizeof(search->waited_name));
	return true;
}

void
examine_holder(
    struct search *search, const char *name, int busy_fd, bool is_in_free)
{
	struct holder holder;

	if (busy_fd == -1)
		return;
	holder_read(busy_fd, &holder);
	if (holder.kind == HOLDER_RELEASED && is_in_free)
		search->is_unsettled = true;
	else if (holder.kind == HOLDER_PROCESS &&
	    holder_state(&holder) == HOLDER_GONE &&
	    is_worth_waiting(search, name, busy_fd, &holder))
		search->is_unsettled = true;
	(void)close(busy_fd);
}

bool
examine_looks_dead(struct search *search, const char *name)
{
	if (search->report->dead == 0)
		return false;
	search->looks++;
	return lease_look(search->ns, name) == PROBE_DEAD;
}
