/* The state of one acquire. Only for acquire.c, examine.c and candidates.c. */
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
 * The number of free names that are read at a time. More are read only if other
 * processes take these.
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
	/* A master with orphans, in case there is no other. */
	struct lease worn;
	bool takes_worn;
	/* A keeper is about to release, or a name moved meanwhile. */
	bool is_unsettled;
	/*
	 * The errno of a lack of resources, or 0. A live master may have been
	 * missed.
	 */
	int want;
	/* The time after which the list of locks is read. */
	int64_t ask_locks_us;
	struct holder waited; /* has ended, and its lock goes on */
	char waited_name[NAMESPACE_LEASE_NAME_SIZE];
	unsigned int lost; /* names that others were quicker to take */
	unsigned int looks; /* at masters that may be dead as well */
	uint32_t dice;
	/* Free names that could not be used in the first, quiet round. */
	char seen[SEARCH_FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	size_t seen_count;
};

/*
 * examine.c: decides about a new lease in used/. True: it is the one to use.
 * False: it was disposed of, or kept as the spare if there was none. It is
 * signed while the master wakes up. patience_us, unless 0, limits the time of
 * the master.
 */
bool
examine_lease(struct search *search, struct lease *lease, int64_t patience_us);

/* False when the time for probes is used up: no further master is taken. */
bool examine_may_go_on(const struct search *search);

/* Whether it is clear that the master is dead, without a lease. */
bool examine_looks_dead(struct search *search, const char *name);

/*
 * Examines the lock of another process, and closes it (-1: none). If its
 * recorded holder has ended, or the file is in free/, the lock will soon be
 * free: worth waiting for.
 */
void examine_holder(
    struct search *search, const char *name, int busy_fd, bool is_in_free);

/* Sets search->want if the errno means a lack of descriptors or memory. */
void examine_want(struct search *search, int error);

/* candidates.c: takes a lease among the free names. */
bool candidates_take(struct search *search, struct lease *lease);

/* slots_search.c: the same where masters are shared. */
bool slots_search_take(struct search *search, struct lease *lease);

/* Whether it is a free name that was of no use in the first, quiet round. */
bool candidates_were_seen(const struct search *search, const char *name);

/*
 * Locks a free name and moves it to used/. Returns 0, or -1 with errno (ENOENT:
 * it is gone).
 */
int
candidates_claim(struct search *search, const char *name, struct lease *lease);

#endif
