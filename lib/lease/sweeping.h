/*
 * What one sweep_namespace() carries from step to step. For sweep.c,
 * sweep_check.c and sweep_sockets.c alone.
 */
#ifndef SWEEPING_H
#define SWEEPING_H

#include "lease/sweep.h"
#include "namespace/listing.h"
#include "namespace/namespace.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct sweep {
	const struct sweep_options *options;
	struct namespace ns;
	/* What lies in the namespace and its three folders. */
	struct listing top, sockets, free, used;
	size_t kept; /* names that stay */
	bool failed;
};

/*
 * Tells what was done. place is null for what lies in the namespace itself,
 * and name too for that itself.
 */
void sweep_tell(const struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name);

/* The same for what stays as it is, with errno or the kind of trouble. */
void sweep_fail(struct sweep *sweep, enum failure_kind kind, const char *verb,
    const struct namespace_place *place, const char *name);

/* Removes the file, and tells; what is gone already is as good. */
void sweep_remove(struct sweep *sweep, enum sweep_action action,
    const struct namespace_place *place, const char *name);

/* Whether it is so old that nobody is still making it. */
bool sweep_is_stale(const struct sweep *sweep, const struct stat *st);

/*
 * sweep_check.c: reads all names and makes sure that each is one that
 * acquirers make. False where that is not so, and told.
 */
bool sweep_check_all(struct sweep *sweep);

/* Whether NFS keeps an open file that was removed under that name. */
bool sweep_check_is_of_nfs(const char *name);

/* sweep_sockets.c: sockets that are nobody's lease, and that nobody has. */
void sweep_sockets_all(struct sweep *sweep);

#endif
