/*
 * What one acquire carries from step to step. For acquire.c, examine.c and
 * candidates.c alone.
 */
#ifndef SEARCH_H
#define SEARCH_H

#include "lease/acquire.h"
#include "lease/holder.h"
#include "lease/keeper.h"
#include "lease/lease.h"
#include "mux/probe.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Free names are read so many at a time, and further ones only where others
 * are after the same.
 */
enum { SEARCH_FREE_NAMES = 12 };

struct search {
	const struct namespace *ns;
	const struct acquire_options *options;
	struct probe probe;
	struct acquire_report *report;
	struct holder self;
	int64_t probe_deadline_us; /* 0 until the first master is asked */
	struct lease spare; /* a name in hand without a master */
	/* A keeper is about to release, or a name moved under our hands. */
	bool is_unsettled;
	/* Why a master could not be asked for want of something on our side:
	 * one that lives may have been passed over. An errno, or 0. */
	int want;
	/* From when on the system is asked who has a lock. */
	int64_t ask_locks_us;
	struct holder waited; /* has ended, and its lock goes on */
	char waited_name[NAMESPACE_LEASE_NAME_SIZE];
	unsigned int lost; /* names that others were quicker to take */
	unsigned int looks; /* at masters that may be dead as well */
	uint32_t dice;
	/* Free names that were of no use in the first, quiet round. */
	char seen[SEARCH_FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	size_t seen_count;
};

/*
 * examine.c: what becomes of a lease just won, which lies in used/: true, and
 * it is the one to use; false, and it is disposed of, as a spare where there
 * was none. It is signed while the master wakes up. patience_us, unless 0,
 * shortens the time that the master is given.
 */
bool
examine_lease(struct search *search, struct lease *lease, int64_t patience_us);

/* Once the time to ask masters is used up, no further one is taken: false. */
bool examine_may_go_on(const struct search *search);

/* Whether a master need not be taken to see that it is dead as well. */
bool examine_looks_dead(struct search *search, const char *name);

/*
 * Looks at the lock that somebody else holds, and closes it (-1: none). Where
 * the holder written in it has ended, or it lies in free/ already, it is about
 * to be let go: worth waiting for.
 */
void examine_holder(
    struct search *search, const char *name, int busy_fd, bool is_in_free);

/*
 * Notes in search->want where that errno is for a want on our side, of
 * descriptors or memory.
 */
void examine_want(struct search *search, int error);

/* candidates.c: takes a lease among the free names. */
bool candidates_take(struct search *search, struct lease *lease);

/* slots_search.c: the same where masters are shared. */
bool slots_take(struct search *search, struct lease *lease);

/* Whether it is a free name that was of no use in the first, quiet round. */
bool candidates_were_seen(const struct search *search, const char *name);

/*
 * Locks a free name and moves it to used/. 0, or -1 with errno: ENOENT, it is
 * not there any more.
 */
int
candidates_claim(struct search *search, const char *name, struct lease *lease);

#endif
