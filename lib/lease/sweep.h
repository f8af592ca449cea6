/*
 * Cleaning one namespace: what crashes and the end of masters leave behind.
 * Safe beside acquirers, peers and other sweeps: whatever is touched is locked
 * first, and nothing that anybody may be using is touched.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "namespace/failure.h"
#include "namespace/namespace.h"
#include "platform/platform.h"

#include <stdbool.h>

/* What is done, or would be done, to what. */
enum sweep_action {
	SWEEP_LOCK_FILE, /* removed: a name without a master */
	SWEEP_SOCKET, /* removed: a socket that nobody has */
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
	SWEEP_BUSY, /* somebody is removing it */
	SWEEP_ELSEWHERE, /* made on another machine: left alone */
	SWEEP_FAILED, /* something could not be cleaned: told as failure */
};

struct sweep_options {
	bool dry_run;
	/* What could still be in the making is left until it is that old. */
	int ttl_secs;
	/* A namespace that holds nothing stays until it is unused for so long. */
	int namespace_ttl_secs;
	/* Taken when first needed; the caller frees it at the end. */
	struct platform_open_folders **open_folders;
	int exit_idle_secs; /* stop masters idle for so long; -1: none */
	bool retire; /* tell all masters to stop, those in use as well */
	int timeout_ms; /* for a master's answer */
	/*
	 * For how long one run waits in all for masters that do not answer:
	 * what is left of it, in milliseconds. Once it is used up, the rest
	 * gets SWEEP_IMPATIENT_MS each. The caller's, for all its namespaces.
	 */
	int *patience_ms;
	/* What is told on the way, with the path; context is the caller's. */
	void (*tell)(void *context, enum sweep_action action, const char *path);
	void (*tell_failure)(void *context, const struct failure *failure);
	void *context;
};

/*
 * Sweeps the namespace of that name, which may have vanished. Where it holds
 * anything that no acquirer makes, that is told and all of it left alone.
 */
enum sweep_result sweep_namespace(const struct namespace_root *root,
    const char *name, const struct sweep_options *options);

/*
 * Removes what is kept of the answers of servers (answers.h) and serves nobody
 * any more; it is told as SWEEP_TEMPORARY.
 */
void sweep_answers_all(
    const struct namespace_root *root, const struct sweep_options *options);

#endif
