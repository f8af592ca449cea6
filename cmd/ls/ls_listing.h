/* One listing of a root, as a table or as JSON. */
#ifndef LS_LISTING_H
#define LS_LISTING_H

#include "shared/admin.h"

#include <stdbool.h>
#include <stddef.h>

struct ls_options {
	const char *root;
	bool is_long, has_paths, is_json, is_quiet;
	bool is_stats, is_prometheus;
	bool ask, ask_server;
	int probe_timeout_ms;
	int health_ms; /* 0: do not ask */
	int watch_secs; /* 0: list once */
	bool help, version;
};

/*
 * Lists the namespaces that match the patterns, or all, in at most this many
 * lines (0: no limit). Returns the exit status, after messages.
 */
int ls_listing_print(const struct ls_options *options,
    const struct catalogue_request *wanted, size_t room);

#endif
