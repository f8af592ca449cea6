#include "lease/slots.h"

#include "lease/lockfile.h"
#include "namespace/record.h"
#include "namespace/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Makes one free slot. False: no more can be made. */
static bool
make_slot(const struct namespace *ns, const struct lease *master, int slot,
    struct holder *self)
{
	struct lease lease = {.lock_fd = -1, .master_fd = -1};
	char name[NAMESPACE_LEASE_NAME_SIZE];

	memcpy(name, master->name, sizeof(name));
	slot_set(name, slot);
	if (lease_create_named(ns, name, &lease, self) == -1)
		return false;
	/* Without its socket the release removes it. */
	if (linkat(ns->sockets.fd, master->name, ns->sockets.fd, name, 0) == 0)
		lease_note_login(&lease, master->age.valid_until);
	(void)lease_release(ns, &lease, false);
	return true;
}

void
slots_make(const struct namespace *ns, const struct lease *lease)
{
	struct holder self = {.kind = HOLDER_NONE};
	int sessions = record_sessions(ns), slots = ns->slots, slot;

	/* Others may have found out while this login was under way. */
	if (sessions > 0 && sessions < slots)
		slots = sessions;
	for (slot = 1; slot < slots; slot++)
		if (!make_slot(ns, lease, slot, &self))
			return;
}

void
slots_retire(const struct namespace *ns, struct lease *lease, bool touch)
{
	if (slot_is_name(lease->name))
		(void)unlinkat(ns->sockets.fd, lease->name, 0);
	(void)lease_release(ns, lease, touch);
}

/* Whether a process has locked it, in free/ or in used/. */
static bool
is_locked(const struct namespace *ns, const struct namespace_place *place,
    const char *name)
{
	int fd = lockfile_open(ns, place, name, NULL);

	if (fd == -1)
		return errno != ENOENT;
	(void)close(fd);
	return false;
}

bool
slots_are_held(const struct namespace *ns, const char *name)
{
	char other[NAMESPACE_LEASE_NAME_SIZE];
	int slot;

	if (!slot_is_name(name))
		return false;
	memcpy(other, name, sizeof(other));
	for (slot = 0; slot < SLOT_COUNT_MAX; slot++) {
		slot_set(other, slot);
		if (strcmp(other, name) != 0 && is_locked(ns, &ns->used, other))
			return true;
	}
	return false;
}

int
slots_count_used(const struct namespace *ns, const char *name)
{
	char other[NAMESPACE_LEASE_NAME_SIZE];
	int slot, count = 0;

	memcpy(other, name, sizeof(other));
	for (slot = 0; slot < SLOT_COUNT_MAX; slot++) {
		slot_set(other, slot);
		count += faccessat(ns->used.fd, other, F_OK, 0) == 0;
	}
	return count;
}
