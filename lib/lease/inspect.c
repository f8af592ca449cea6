#include "lease/inspect.h"

#include "base/deadline.h"
#include "lease/holder.h"
#include "lease/hung.h"
#include "lease/inspect_details.h"
#include "namespace/slot.h"
#include "namespace/listing.h"
#include "mux/masters.h"
#include "mux/probe.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct inspect_view *
inspect_view_take(bool wants_details)
{
	struct inspect_view *view = calloc(1, sizeof(*view));

	if (view != NULL && (view->locks = platform_locks_take()) != NULL &&
	    (view->masters = masters_take()) != NULL &&
	    (!wants_details ||
		(view->connections = platform_connections_take()) != NULL))
		return view;
	inspect_view_free(view);
	errno = ENOMEM;
	return NULL;
}

void
inspect_view_free(struct inspect_view *view)
{
	if (view == NULL)
		return;
	platform_locks_free(view->locks);
	masters_free(view->masters);
	platform_connections_free(view->connections);
	free(view);
}

/*
 * Collects every name. free/ is read twice, since a name may move between free/
 * and used/ meanwhile. Sockets without a lock file count too.
 */
static int
list_names(const struct namespace *ns, struct listing *names)
{
	size_t i;

	if (listing_read(names, ns->free.fd) == -1 ||
	    listing_read(names, ns->used.fd) == -1 ||
	    listing_read(names, ns->free.fd) == -1 ||
	    listing_read(names, ns->sockets.fd) == -1)
		return -1;
	for (i = 0; i < names->count; i++)
		if (hung_is_name(names->names[i]))
			hung_lease_name(names->names[i], names->names[i]);
	listing_settle(names);
	return 0;
}

/* The folder of the lock file, and its open descriptor or -1. */
static int
open_lock_file(const struct namespace *ns, const char *name, bool *is_used)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	char hung_name[NAMESPACE_LEASE_NAME_SIZE];
	int fd, tries;

	hung_file_name(name, hung_name);
	for (tries = 0; tries < 2; tries++) {
		*is_used = true;
		if ((fd = openat(ns->used.fd, name, flags | O_CLOEXEC)) != -1 ||
		    (fd = openat(ns->used.fd, hung_name, flags | O_CLOEXEC)) !=
			-1)
			return fd;
		*is_used = false;
		if ((fd = openat(ns->free.fd, name, flags | O_CLOEXEC)) != -1)
			return fd;
	}
	return -1;
}

/*
 * The holder of the lease. The list of locks of the system shows a lock. The
 * line in the file counts too, since a keeper can be killed while its ssh
 * lives.
 */
static void
look_at_lock(const struct namespace *ns, const struct inspect_request *request,
    struct inspect_lease *lease, bool *is_marked_hung)
{
	const struct inspect_view *view = request->view;
	struct holder holder;
	struct stat st;
	pid_t pid = 0;
	bool is_used, is_locked;
	int fd;

	*is_marked_hung = false;
	lease->state = INSPECT_LEFTOVER;
	if ((fd = open_lock_file(ns, lease->name, &is_used)) == -1)
		return;
	holder_read(fd, &holder);
	is_locked =
	    fstat(fd, &st) == 0 && platform_locks_hold(view->locks, &st, &pid);
	(void)close(fd);
	*is_marked_hung = is_used && holder.kind == HOLDER_HUNG;
	if (is_used && holder_state(&holder) == HOLDER_ALIVE) {
		lease->state = INSPECT_HELD;
		lease->holder_pid = holder.pid;
	} else if (is_locked) {
		lease->state = INSPECT_HELD;
		lease->holder_pid = pid;
	} else if (!is_used)
		lease->state = INSPECT_FREE;
	if (request->wants_details && lease->state == INSPECT_HELD)
		inspect_details_holder(lease, &holder);
}

static void
look_at_master(const struct namespace *ns,
    const struct inspect_request *request, struct inspect_lease *lease,
    bool is_marked_hung)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	const struct master *master;
	struct timespec used;

	lease->master = INSPECT_NONE;
	lease->idle_secs = -1;
	if (!namespace_has_socket(ns, lease->name, &used))
		return;
	/* The clock may have been set back. */
	lease->idle_secs = time(NULL) - used.tv_sec;
	if (lease->idle_secs < 0)
		lease->idle_secs = 0;
	if (used.tv_sec == 0)
		lease->idle_secs = -1;
	namespace_socket_path(ns, lease->name, path);
	switch (probe_look(path)) {
	case PROBE_ALIVE:
		lease->master = INSPECT_ALIVE;
		break;
	case PROBE_DEAD:
		lease->master =
		    request->is_elsewhere ? INSPECT_UNKNOWN : INSPECT_DEAD;
		return;
	case PROBE_HUNG:
	case PROBE_UNKNOWN:
		lease->master = INSPECT_UNKNOWN;
		return;
	}
	slot_master_path(ns->path, lease->name, path, sizeof(path));
	master = masters_find(request->view->masters, path);
	if ((master != NULL && master->is_stopped) || is_marked_hung)
		lease->master = INSPECT_HUNG;
	if (master == NULL)
		return;
	lease->master_pid = master->pid;
	if (request->wants_details)
		inspect_details_master(lease, master, request->view);
}

static void
take_answer(struct inspect_lease *lease, struct probe_question *question,
    int64_t deadline_us)
{
	pid_t pid = 0;

	switch (probe_answer(question, deadline_us, &pid)) {
	case PROBE_ALIVE:
		lease->master = INSPECT_ALIVE;
		if (pid > 0)
			lease->master_pid = pid;
		break;
	case PROBE_DEAD:
		lease->master = INSPECT_DEAD;
		lease->master_pid = 0;
		break;
	case PROBE_HUNG:
		lease->master = INSPECT_HUNG;
		break;
	case PROBE_UNKNOWN:
		lease->master = INSPECT_UNKNOWN;
		break;
	}
}

/* The number of masters that are asked at once, under one deadline. */
enum { ASKED_AT_ONCE = 64 };

static void
ask_some(const struct namespace *ns, const struct inspect_request *request,
    struct inspect_lease *leases, size_t count)
{
	const struct probe probe = {
	    .kind = request->ask_server ? PROBE_E2E : PROBE_NATIVE,
	    .owner = ns->owner};
	char paths[ASKED_AT_ONCE][NAMESPACE_SOCKET_PATH_MAX + 1];
	struct probe_question questions[ASKED_AT_ONCE];
	bool asked[ASKED_AT_ONCE];
	int64_t deadline_us;
	size_t i;

	for (i = 0; i < count; i++) {
		asked[i] = false;
		if (leases[i].master != INSPECT_ALIVE &&
		    leases[i].master != INSPECT_HUNG)
			continue;
		namespace_socket_path(ns, leases[i].name, paths[i]);
		asked[i] =
		    probe_ask(&questions[i], &probe, paths[i]) == PROBE_ALIVE;
		if (!asked[i])
			leases[i].master = INSPECT_UNKNOWN;
	}
	deadline_us = deadline_in_ms(request->timeout_ms);
	for (i = 0; i < count; i++)
		if (asked[i])
			take_answer(&leases[i], &questions[i], deadline_us);
}

int
inspect_namespace(struct inspection *inspection, const struct namespace *ns,
    const struct inspect_request *request, struct failure *failure)
{
	struct listing names;
	size_t i;
	bool is_marked_hung;

	inspection->leases = NULL;
	inspection->count = 0;
	listing_init(&names);
	if (list_names(ns, &names) == -1 ||
	    (names.count > 0 &&
		(inspection->leases = calloc(
		     names.count, sizeof(*inspection->leases))) == NULL)) {
		(void)failure_set(
		    failure, FAILURE_SYSTEM, "list", ns->path, NULL);
		listing_free(&names);
		return -1;
	}
	for (i = 0; i < names.count; i++) {
		struct inspect_lease *lease =
		    &inspection->leases[inspection->count];

		if (!namespace_is_lease_name(names.names[i]))
			continue;
		memcpy(lease->name, names.names[i], sizeof(lease->name));
		lease->held_secs = lease->master_age_secs = -1;
		lease->ends_secs = -1;
		look_at_lock(ns, request, lease, &is_marked_hung);
		look_at_master(ns, request, lease, is_marked_hung);
		/* Gone between the list and the look. */
		if (lease->state != INSPECT_LEFTOVER ||
		    lease->master != INSPECT_NONE || is_marked_hung ||
		    faccessat(ns->used.fd, lease->name, F_OK,
			AT_SYMLINK_NOFOLLOW) == 0)
			inspection->count++;
	}
	listing_free(&names);
	for (i = 0; request->ask && i < inspection->count; i += ASKED_AT_ONCE)
		ask_some(ns, request, inspection->leases + i,
		    inspection->count - i < ASKED_AT_ONCE
			? inspection->count - i
			: ASKED_AT_ONCE);
	return 0;
}

void
inspect_free(struct inspection *inspection)
{
	free(inspection->leases);
	inspection->leases = NULL;
	inspection->count = 0;
}
