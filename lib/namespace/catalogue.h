/* The namespaces below a root, by what they stand for. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "namespace/failure.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stddef.h>

/* So much of a folder's name tells it from others, and serves as a pattern. */
enum { CATALOGUE_FOLDER_SHOWN = 12 };

struct catalogue_entry {
	char *folder; /* its name below the root */
	char *label; /* user@host:port; null where there is no record of it */
	/* The words it is asked for with (callwords.h); null with the label. */
	char *call;
};

struct catalogue_request {
	/*
	 * Shell patterns on user@host:port, on user@host, on the host as it
	 * was typed or resolved, or on the folder's name or what is shown of
	 * it; none: all.
	 */
	char *const *patterns;
	size_t pattern_count;
	/* Nobody wants to see the labels: leave the records unread. */
	bool folders_only;
};

struct catalogue {
	struct catalogue_entry *entries; /* by label, call, then folder */
	size_t count;
	bool *has_matched; /* of each pattern, whether it matched anything */
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
