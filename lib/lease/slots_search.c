/* Finds free slots, first those of the master with the most sessions. */
#include "lease/search.h"
#include "lease/slots.h"
#include "namespace/slot.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Bounds on the cost of one look. */
	READS_MAX = 16,
	NAMES_AT_ONCE = 64,
	SLOTS_MAX = 256,
};

struct free_slot {
	char name[NAMESPACE_LEASE_NAME_SIZE];
	unsigned int held; /* slots of its master that are in use */
	unsigned int all; /* slots of its master */
};

struct free_slots {
	struct free_slot slots[SLOTS_MAX];
	size_t count;
};

static int
compare_slots(const void *a, const void *b)
{
	const struct free_slot *left = a, *right = b;

	if (left->held != right->held)
		return left->held > right->held ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void
add_slot(struct free_slots *free_slots, const char *name)
{
	struct free_slot *slot;

	if (free_slots->count == SLOTS_MAX || !slot_is_name(name))
		return;
	slot = &free_slots->slots[free_slots->count++];
	memcpy(slot->name, name, sizeof(slot->name));
	slot->held = 0;
	slot->all = 1;
}

static void
count_held(struct free_slots *free_slots, const char *name)
{
	size_t i;

	for (i = 0; i < free_slots->count; i++)
		if (slot_is_sibling(free_slots->slots[i].name, name)) {
			free_slots->slots[i].held++;
			free_slots->slots[i].all++;
		}
}

static void
count_free(struct free_slots *free_slots)
{
	size_t i, k;

	for (i = 0; i < free_slots->count; i++)
		for (k = 0; k < free_slots->count; k++)
			if (k != i &&
			    slot_is_sibling(free_slots->slots[i].name,
				free_slots->slots[k].name))
				free_slots->slots[i].all++;
}

/* A slot less of that master. */
static void
discount(struct free_slots *free_slots, const char *name)
{
	size_t i;

	for (i = 0; i < free_slots->count; i++)
		if (slot_is_sibling(free_slots->slots[i].name, name))
			free_slots->slots[i].all--;
}

static void
look_at(int dir_fd, struct free_slots *free_slots,
    void (*see)(struct free_slots *, const char *))
{
	char names[NAMES_AT_ONCE][NAMESPACE_LEASE_NAME_SIZE];
	size_t count, i;
	int reads;

	if (platform_names_rewind(dir_fd) == -1)
		return;
	for (reads = 0; reads < READS_MAX; reads++) {
		if (platform_names_read(dir_fd, names[0], sizeof(names[0]),
			NAMES_AT_ONCE, &count) != 1)
			return;
		for (i = 0; i < count; i++)
			if (namespace_is_lease_name(names[i]))
				see(free_slots, names[i]);
	}
}

bool
slots_search_take(struct search *search, struct lease *lease)
{
	struct free_slots free_slots = {.count = 0};
	char hung[NAMESPACE_LEASE_NAME_SIZE] = "";
	unsigned int hung_before;
	size_t i;

	look_at(search->ns->free.fd, &free_slots, add_slot);
	look_at(search->ns->used.fd, &free_slots, count_held);
	if (search->ns->sessions > 0)
		count_free(&free_slots);
	qsort(free_slots.slots, free_slots.count, sizeof(free_slots.slots[0]),
	    compare_slots);
	for (i = 0; i < free_slots.count && examine_may_go_on(search); i++) {
		const char *name = free_slots.slots[i].name;

		/* All slots of a hung master hang. */
		if (hung[0] != '\0' && slot_is_sibling(hung, name))
			continue;
		if (candidates_claim(search, name, lease) == -1) {
			search->lost++;
			if (errno == ENOENT)
				search->is_unsettled = true;
			continue;
		}
		/* The server would refuse a session of it. */
		if (search->ns->sessions > 0 &&
		    free_slots.slots[i].all >
			(unsigned int)search->ns->sessions) {
			discount(&free_slots, name);
			slots_retire(search->ns, lease, false);
			continue;
		}
		hung_before = search->report->hung;
		if (examine_lease(search, lease, 0))
			return true;
		if (search->report->hung != hung_before)
			memcpy(hung, name, sizeof(hung));
	}
	return false;
}
