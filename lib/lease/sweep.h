/*
 * Cleans one namespace of the files that crashes and exited masters left. It is
 * safe beside runs, other programs and other sweeps: it locks each file first,
 * and does not touch files in use.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "namespace/failure.h"
#include "namespace/namespace.h"
#include "platform/platform.h"

#include <stdbool.h>

/* The action for a file, done or, with dry_run, planned. */
enum sweep_action {
	SWEEP_LOCK_FILE, /* removed: a name without a master */
	SWEEP_SOCKET, /* removed: a dead control socket */
	SWEEP_TEMPORARY, /* removed: what was being made when its maker died */
	SWEEP_MOVED, /* back to free/: the leftover of a crash */
	SWEEP_STOPPED, /* told an idle master to stop */
	SWEEP_RETIRED, /* the same to one in use: it ends with its session */
	SWEEP_NAMESPACE, /* removed: it held nothing any more */
	SWEEP_ACTIONS,
};

enum { SWEEP_IMPATIENT_MS = 20 };

enum sweep_result {
	SWEEP_DONE,
	SWEEP_GONE, /* there is no such namespace any more */
	SWEEP_BUSY, /* another process is removing it */
	SWEEP_ELSEWHERE, /* made on another machine: left alone */
	SWEEP_FAILED, /* something could not be cleaned: told as failure */
};

struct sweep_options {
	bool dry_run;
	/* Unfinished files stay until they are this old. */
	int ttl_secs;
	/* An empty namespace stays until it is unused for this time. */
	int namespace_ttl_secs;
	/* Taken when first needed; the caller frees it at the end. */
	struct platform_open_folders **open_folders;
	int exit_idle_secs; /* stop masters idle for so long; -1: none */
	bool retire; /* tell all masters to stop, those in use as well */
	int timeout_ms; /* for a master's answer */
	/*
	 * The time, in milliseconds, that is left to one run for all masters
	 * that do not answer. After that each master gets SWEEP_IMPATIENT_MS.
	 * The caller keeps it for all namespaces.
	 */
	int *patience_ms;
	/* Reports each action with its path; context is the caller's. */
	void (*tell)(void *context, enum sweep_action action, const char *path);
	void (*tell_failure)(void *context, const struct failure *failure);
	void *context;
};

/*
 * Cleans the namespace of this name, which may be gone. If it contains anything
 * that no run makes, that is reported and nothing is changed.
 */
enum sweep_result sweep_namespace(const struct namespace_root *root,
    const char *name, const struct sweep_options *options);

/*
 * Removes expired answers of servers (answers.h), and reports each as
 * SWEEP_TEMPORARY.
 */
void sweep_answers_all(
    const struct namespace_root *root, const struct sweep_options *options);

#endif
