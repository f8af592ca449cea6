#include "lease/orphans.h"

#include "base/deadline.h"
#include "mux/probe.h"
#include "namespace/slot.h"
#include "platform/platform.h"

enum {
	/*
	 * A master keeps the standard error that a session has passed until
	 * its far command ends. Its own descriptors are below: the three
	 * standard ones, one or two of the connection, the socket that it
	 * listens on, and one or two of whoever asks it something.
	 */
	FIRST_PASSED = 8,
	/* MaxSessions of sshd_config(5) is 10. */
	TOO_MANY = 9,
	/* So many look too many for 50 milliseconds before they are. */
	RECOUNTS = 10,
	RECOUNT_PAUSE_US = 5000,
};

void
orphans_recount(struct lease *lease)
{
	int count;

	/* Descriptors of other processes look the same. */
	if (slot_is_name(lease->name)) {
		lease->orphans = 0;
		return;
	}
	if (lease->master_pid <= 0)
		return;
	count = platform_count_descriptors(lease->master_pid, FIRST_PASSED);
	if (count >= 0)
		lease->orphans = count;
}

bool
orphans_are_too_many(struct lease *lease)
{
	int tries;

	/* A client that was killed just now leaves more for a moment. */
	for (tries = 0; lease->orphans >= TOO_MANY && tries < RECOUNTS;
	     tries++) {
		deadline_sleep_us(RECOUNT_PAUSE_US);
		orphans_recount(lease);
	}
	return lease->orphans >= TOO_MANY;
}

void
orphans_retire(
    const struct namespace *ns, struct lease *lease, int64_t deadline_us)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];

	lease_disconnect(lease);
	namespace_socket_path(ns, lease->name, path);
	(void)probe_stop_master(path, ns->owner, deadline_us);
	/* It has removed its socket, or it does not do as it is told. */
	if (namespace_has_socket(ns, lease->name, NULL))
		lease_set_aside(ns, lease);
	else
		(void)lease_release(ns, lease, false);
}
