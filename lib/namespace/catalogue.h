/* The namespaces below a root, by what they stand for. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "namespace/failure.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stddef.h>

struct catalogue_entry {
	char *folder; /* its name below the root */
	char *label; /* user@host:port; null where there is no record of it */
};

struct catalogue_request {
	/* Shell patterns on label, folder or destination; none: all. */
	char *const *patterns;
	size_t pattern_count;
	/* Nobody wants to see the labels: leave the records unread. */
	bool folders_only;
};

struct catalogue {
	struct catalogue_entry *entries; /* by label, then by folder */
	size_t count;
	size_t others; /* what lies there and is no namespace's folder */
};

/*
 * Lists the namespaces of an open root, taking no lock. What cannot be opened
 * is listed without a label. 0 and catalogue_free() is owed, or -1 with
 * *failure.
 */
int
catalogue_read(struct catalogue *catalogue, const struct namespace_root *root,
    const struct catalogue_request *request, struct failure *failure);
void catalogue_free(struct catalogue *catalogue);

#endif
