/*
 * Looks at the leases of a namespace without any effect: it takes no lock and
 * changes nothing. It connects to a master only to ask it.
 */
#ifndef INSPECT_H
#define INSPECT_H

#include "namespace/failure.h"
#include "namespace/namespace.h"
#include "platform/platform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum inspect_state {
	INSPECT_FREE,
	INSPECT_HELD,
	INSPECT_LEFTOVER, /* nobody holds it, and nobody gave it back */
};

enum inspect_master {
	INSPECT_NONE, /* no socket */
	INSPECT_DEAD, /* a socket, and nobody has it */
	INSPECT_ALIVE,
	INSPECT_HUNG, /* stopped, or did not answer when last asked */
	INSPECT_UNKNOWN, /* of another machine, or not to be found out */
};

struct inspect_lease {
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	enum inspect_state state;
	pid_t holder_pid; /* 0: not known */
	enum inspect_master master;
	pid_t master_pid; /* 0: not known */
	int64_t idle_secs; /* since the socket was last touched; -1: none */
	/* Only with details. -1 and empty: unknown. */
	char holder_program[PLATFORM_PROCESS_NAME_SIZE];
	int64_t held_secs; /* since the holder took it */
	int64_t master_age_secs; /* since the master was started */
	int64_t ends_secs; /* until it ends, if nobody uses it before */
	struct platform_connection connection; /* of the master */
};

/* All locks and masters of the system at one moment. */
struct inspect_view;

/*
 * Returns null with errno. Without /proc the view is empty. A view for details
 * has the connections too.
 */
struct inspect_view *inspect_view_take(bool wants_details);
void inspect_view_free(struct inspect_view *view);

struct inspect_request {
	const struct inspect_view *view;
	bool is_elsewhere; /* the namespace belongs to another machine */
	bool wants_details;
	bool ask; /* connect to the masters and ask them */
	bool ask_server; /* and have their servers answer as well */
	int timeout_ms; /* for all answers of the namespace together */
};

struct inspection {
	struct inspect_lease *leases; /* sorted by name */
	size_t count;
};

/*
 * Looks at all leases of a namespace (opened with NAMESPACE_LOOK). Returns 0,
 * and the caller calls inspect_free(); or -1 with *failure.
 */
int inspect_namespace(struct inspection *inspection, const struct namespace *ns,
    const struct inspect_request *request, struct failure *failure);
void inspect_free(struct inspection *inspection);

#endif
