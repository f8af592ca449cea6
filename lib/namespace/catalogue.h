/* The namespaces of a root, with their endpoints. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "base/text.h"
#include "namespace/failure.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stddef.h>

/* This part of the name of a folder identifies it, and can be a pattern. */
enum { CATALOGUE_FOLDER_SHOWN = 12 };

struct catalogue_entry {
	char *folder; /* its name below the root */
	char *label; /* user@host:port; null where there is no record of it */
	/* The words of the command line (callwords.h); null with the label. */
	char *call;
};

struct catalogue_request {
	/*
	 * Shell patterns for user@host:port, user@host, the host as typed or
	 * resolved, the name of the folder, or its shown part; none: all.
	 */
	char *const *patterns;
	size_t pattern_count;
	/* The labels are not shown, so the records are not read. */
	bool folders_only;
};

struct catalogue {
	struct catalogue_entry *entries; /* by label, call, then folder */
	size_t count;
	bool *has_matched; /* of each pattern, whether it matched anything */
	size_t others; /* what lies there and is no namespace's folder */
};

/*
 * Lists the namespaces of an open root, without a lock. One that cannot be
 * opened has no label. Returns 0, and the caller calls catalogue_free(); or -1
 * with *failure.
 */
int
catalogue_read(struct catalogue *catalogue, const struct namespace_root *root,
    const struct catalogue_request *request, struct failure *failure);
void catalogue_free(struct catalogue *catalogue);

/* Adds user@host:port, an IPv6 address in brackets; user and port or null. */
void catalogue_add_label(struct text *label, const char *user,
    const char *hostname, const char *port);

#endif
