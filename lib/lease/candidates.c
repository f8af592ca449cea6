/* The names in free/, in the order in which they are tried. */
#include "lease/search.h"

#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/*
	 * A bound on the cost of one look at the folder. The keeper and gc
	 * clean up the rest (prune.h).
	 */
	READS_MAX = 42,
	/* After a dead master, this many others are examined first. */
	DEAD_LOOKS_MAX = 2,
};

/* One name seen in free/. */
struct candidate {
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	bool has_socket;
	struct timespec used; /* mtime of the socket */
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

int
candidates_claim(struct search *search, const char *name, struct lease *lease)
{
	int busy_fd = -1, saved_errno;

	search->report->tried++;
	if (lease_take_free(search->ns, name, lease, &busy_fd) == 0)
		return 0;
	saved_errno = errno;
	examine_want(search, errno);
	examine_holder(search, name, busy_fd, true);
	errno = saved_errno;
	return -1;
}

/* Tries one name of free/. True if it is the one to use. */
static bool
try_free(struct search *search, const struct candidate *candidate,
    struct lease *lease)
{
	if (candidates_claim(search, candidate->name, lease) == 0)
		return examine_lease(search, lease, 0);
	search->lost++;
	if (errno == ENOENT)
		search->is_unsettled = true;
	return false;
}

/*
 * After a name was lost to another process, continues with a random candidate
 * further back. Processes that start at the same moment would otherwise try the
 * same names in the same order, and lose time at each.
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
	/* xorshift is random enough here (0 would stay 0). */
	search->dice |= 1;
	search->dice ^= search->dice << 13;
	search->dice ^= search->dice >> 17;
	search->dice ^= search->dice << 5;
	chosen = search->dice % reach;
	first = candidates[0];
	candidates[0] = candidates[chosen];
	candidates[chosen] = first;
}

/* Tries those with a master, which come first. */
static bool
take_with_master(struct search *search, struct candidate *candidates,
    size_t count, struct lease *lease)
{
	size_t i;

	for (i = 0; i < count && examine_may_go_on(search); i++) {
		if (search->looks >= DEAD_LOOKS_MAX)
			break;
		step_aside(search, candidates + i, count - i);
		if (examine_looks_dead(search, candidates[i].name))
			continue;
		if (try_free(search, &candidates[i], lease))
			return true;
	}
	return false;
}

/*
 * Tries free names, the most recently used master first. Masters that are not
 * needed then reach the end of their ControlPersist time, and the pool shrinks.
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
	/* One without a socket is enough. */
	for (i = with_master; i < count && search->spare.lock_fd == -1; i++)
		if (try_free(search, &candidates[i], lease))
			return true;
	return false;
}

bool
candidates_were_seen(const struct search *search, const char *name)
{
	size_t i;

	for (i = 0; i < search->seen_count; i++)
		if (memcmp(search->seen[i], name, NAMESPACE_LEASE_NAME_SIZE) ==
		    0)
			return true;
	return false;
}

/* Collects names, with the last use of their masters. */
static size_t
look_at_names(const struct search *search, struct candidate *candidates,
    char names[][NAMESPACE_LEASE_NAME_SIZE], size_t count)
{
	size_t wanted = 0, i;

	for (i = 0; i < count; i++) {
		struct candidate *candidate = &candidates[wanted];

		if (!namespace_is_lease_name(names[i]) ||
		    candidates_were_seen(search, names[i]))
			continue;
		memset(candidate, 0, sizeof(*candidate));
		memcpy(candidate->name, names[i], NAMESPACE_LEASE_NAME_SIZE);
		candidate->has_socket = namespace_has_socket(
		    search->ns, candidate->name, &candidate->used);
		wanted++;
	}
	return wanted;
}

bool
candidates_take(struct search *search, struct lease *lease)
{
	char names[SEARCH_FREE_NAMES][NAMESPACE_LEASE_NAME_SIZE];
	struct candidate candidates[SEARCH_FREE_NAMES];
	size_t count, wanted;
	unsigned int lost;
	int reads;

	if (platform_names_rewind(search->ns->free.fd) == -1)
		return false;
	for (reads = 0; reads < READS_MAX; reads++) {
		bool is_first = reads == 0 && search->seen_count == 0;

		if (platform_names_read(search->ns->free.fd, names[0],
			sizeof(names[0]), SEARCH_FREE_NAMES, &count) != 1)
			return false;
		lost = search->lost;
		wanted = look_at_names(search, candidates, names, count);
		if (take_from(search, candidates, wanted, lease))
			return true;
		if (is_first) {
			memcpy(search->seen, names, sizeof(names));
			search->seen_count = count;
		}
		/* Tries more names only if other processes have taken these. */
		if (search->lost == lost)
			return false;
	}
	return false;
}
