#include "lease/sweeping.h"

#include "lease/hung.h"
#include "lease/prune.h"
#include "namespace/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* NS, NS/FOLDER or NS/FOLDER/NAME, cut off at the size. */
static void
compose_path(const struct sweep *sweep, const struct namespace_place *place,
    const char *name, char *path, size_t size)
{
	(void)snprintf(path, size, "%s%s%s%s%s", sweep->ns.path,
	    place != NULL ? "/" : "", place != NULL ? place->name : "",
	    name != NULL ? "/" : "", name != NULL ? name : "");
}

void
sweep_tell(const struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name)
{
	char path[sizeof(sweep->ns.path) + 64];

	compose_path(sweep, place, name, path, sizeof(path));
	sweep->options->tell(sweep->options->context, action, path);
}

void
sweep_fail(struct sweep *sweep, enum failure_kind kind, const char *verb,
    const struct namespace_place *place, const char *name)
{
	struct failure failure;
	char path[sizeof(sweep->ns.path) + 8];

	compose_path(sweep, place, NULL, path, sizeof(path));
	(void)failure_set(&failure, kind, verb, path, name);
	sweep->options->tell_failure(sweep->options->context, &failure);
	sweep->failed = true;
}

void
sweep_remove(struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name)
{
	const struct namespace_place top = {.fd = sweep->ns.fd};

	switch (prune_file(
	    place != NULL ? place : &top, name, sweep->options->dry_run)) {
	case 1:
		sweep_tell(sweep, action, place, name);
		break;
	case -1:
		sweep_fail(sweep, FAILURE_SYSTEM, "remove", place, name);
		break;
	default:
		break;
	}
}

bool
sweep_is_stale(const struct sweep *sweep, const struct stat *st)
{
	return time(NULL) - st->st_mtim.tv_sec >= sweep->options->ttl_secs;
}

/* Reports what was done to a name, and why not all of it. */
static void
tell_pruned(struct sweep *sweep, const struct namespace_place *place,
    const char *name, enum prune_result result,
    const struct prune_report *report)
{
	char lease_name[NAMESPACE_LEASE_NAME_SIZE];
	int saved_errno = errno;

	if (hung_is_name(name))
		hung_lease_name(name, lease_name);
	else
		(void)snprintf(lease_name, sizeof(lease_name), "%s", name);
	if (report->removed_socket)
		sweep_tell(sweep, SWEEP_SOCKET, &sweep->ns.sockets, lease_name);
	if (report->removed_lock_file)
		sweep_tell(sweep, SWEEP_LOCK_FILE, place, name);
	if (report->freed)
		sweep_tell(sweep, SWEEP_MOVED, place, name);
	if (result != PRUNE_GONE)
		sweep->kept++;
	errno = saved_errno;
	if (result == PRUNE_FAILED)
		sweep_fail(sweep, FAILURE_SYSTEM, report->verb, place, name);
}

static void
sweep_free(struct sweep *sweep, const char *name)
{
	const struct prune_options options = {
	    .dry_run = sweep->options->dry_run};
	struct prune_report report;
	enum prune_result result;

	result = prune_free(&sweep->ns, name, &options, &report);
	tell_pruned(sweep, &sweep->ns.free, name, result, &report);
	if (result == PRUNE_LIVE)
		sweep_stop_idle(sweep, name);
}

static void
sweep_used(struct sweep *sweep, const char *name)
{
	const struct prune_options options = {
	    .dry_run = sweep->options->dry_run,
	    .ttl_secs = sweep->options->ttl_secs};
	struct prune_report report;
	enum prune_result result;

	result = prune_used(&sweep->ns, name, &options, &report);
	tell_pruned(sweep, &sweep->ns.used, name, result, &report);
	if (result == PRUNE_LIVE && !sweep->options->dry_run)
		sweep_stop_idle(sweep, name);
	if (result == PRUNE_KEPT && namespace_is_lease_name(name))
		sweep_stop_held(sweep, name);
}

/* Removes unfinished records of killed writers. */
static void
sweep_temporary(struct sweep *sweep)
{
	struct stat st;
	size_t i;

	for (i = 0; i < sweep->top.count; i++) {
		const char *name = sweep->top.names[i];

		if (!record_is_temporary_name(name) ||
		    fstatat(sweep->ns.fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (sweep_is_stale(sweep, &st))
			sweep_remove(sweep, SWEEP_TEMPORARY, NULL, name);
		else
			sweep->kept++;
	}
}

static bool
is_of_another_machine(const struct sweep *sweep)
{
	struct record record;
	struct failure failure;
	bool is_elsewhere;

	if (record_read(&record, &sweep->ns, NULL, &failure) != RECORD_FOUND)
		return false;
	is_elsewhere = record_is_of_another_machine(&record);
	record_free(&record);
	return is_elsewhere;
}

static void
remove_namespace(struct sweep *sweep, const struct namespace_root *root)
{
	struct failure failure;
	int removed = 1;

	if (!sweep->options->dry_run)
		removed = namespace_remove(&sweep->ns, root, &failure);
	if (removed == 1)
		sweep_tell(sweep, SWEEP_NAMESPACE, NULL, NULL);
	if (removed == -1) {
		sweep->options->tell_failure(sweep->options->context, &failure);
		sweep->failed = true;
	}
}

static void
sweep_all(struct sweep *sweep, const struct namespace_root *root)
{
	size_t names, i;

	const struct namespace *ns = &sweep->ns;

	sweep_unused_note(sweep);
	if (!sweep_check_all(sweep))
		return;
	/*
	 * An interrupted removal leaves an empty namespace, and another program
	 * may just have made one. If it is not empty, its folders are made
	 * again, and the next sweep cleans them.
	 */
	if (ns->sockets.fd == -1 || ns->free.fd == -1 || ns->used.fd == -1) {
		names = sweep->sockets.count + sweep->free.count +
		    sweep->used.count;
		if (names > 0 ? !sweep->options->dry_run
			      : sweep_unused_may_go(sweep))
			remove_namespace(sweep, root);
		return;
	}
	for (i = 0; i < sweep->used.count; i++)
		if (!sweep_check_is_of_nfs(sweep->used.names[i]))
			sweep_used(sweep, sweep->used.names[i]);
	for (i = 0; i < sweep->free.count; i++)
		if (!sweep_check_is_of_nfs(sweep->free.names[i]))
			sweep_free(sweep, sweep->free.names[i]);
	sweep_stop_finish(sweep);
	sweep_sockets_all(sweep);
	sweep_stop_finish(sweep);
	sweep_temporary(sweep);
	if (sweep->kept == 0 && !sweep->failed && sweep_unused_may_go(sweep))
		remove_namespace(sweep, root);
}

enum sweep_result
sweep_namespace(const struct namespace_root *root, const char *name,
    const struct sweep_options *options)
{
	struct sweep sweep = {.options = options};
	struct failure failure;
	enum sweep_result result = SWEEP_DONE;

	if (namespace_open(&sweep.ns, root, name, NAMESPACE_SWEEP, &failure) ==
	    -1) {
		if (failure.kind == FAILURE_BUSY)
			return SWEEP_BUSY;
		if (failure.kind == FAILURE_SYSTEM && failure.error == ENOENT)
			return SWEEP_GONE;
		options->tell_failure(options->context, &failure);
		return SWEEP_FAILED;
	}
	if (is_of_another_machine(&sweep) && !sweep_elsewhere_is_over(&sweep))
		result = SWEEP_ELSEWHERE;
	else
		sweep_all(&sweep, root);
	listing_free(&sweep.top);
	listing_free(&sweep.sockets);
	listing_free(&sweep.free);
	listing_free(&sweep.used);
	namespace_close(&sweep.ns);
	return sweep.failed ? SWEEP_FAILED : result;
}
