#include "lease/leftover.h"

#include "base/deadline.h"
#include "namespace/slot.h"
#include "platform/platform.h"
#include "mux/probe.h"

#include <sys/stat.h>
#include <time.h>

enum {
	/* A hung master is asked again after this time. */
	HUNG_REST_SECS = 10,
	/*
	 * The connection of a killed run is visible for some moments more.
	 * Waiting for its end costs less than a login.
	 */
	CLIENTS_WAIT_MS = 25,
	CLIENTS_PAUSE_US = 1000,
};

/* Whether the mark in the lock file is old enough. */
static bool
has_rested(int lock_fd)
{
	struct stat st;

	return fstat(lock_fd, &st) == 0 &&
	    time(NULL) - st.st_mtim.tv_sec >= HUNG_REST_SECS;
}

/* Whether a process stays connected to it. */
static bool
keeps_clients(const char *path)
{
	int64_t deadline_us = deadline_in_ms(CLIENTS_WAIT_MS);

	while (platform_socket_has_clients(path)) {
		if (deadline_left_ms(deadline_us) == 0)
			return true;
		deadline_sleep_us(CLIENTS_PAUSE_US);
	}
	return false;
}

bool
leftover_may_be_taken(const struct namespace *ns, const char *name, int lock_fd,
    const struct holder *holder)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	enum holder_state state = holder_state(holder);

	if (state == HOLDER_ALIVE)
		return false;
	if (!namespace_has_socket(ns, name, NULL))
		return true;
	namespace_socket_path(ns, name, path);
	if (state == HOLDER_UNKNOWN)
		return probe_look(path) == PROBE_DEAD;
	if (holder->kind == HOLDER_HUNG && !has_rested(lock_fd))
		return false;
	/* A slot is only removed, and others may be connected to its master. */
	return slot_is_name(name) || !keeps_clients(path);
}
