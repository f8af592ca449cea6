/* Whether the servers of the endpoints are there: ssh-fast-health is asked. */
#ifndef LS_HEALTH_H
#define LS_HEALTH_H

#include "base/text.h"
#include "shared/admin.h"
#include "shared/health_answer.h"

#include <stddef.h>

struct ls_health {
	struct text output; /* what it printed; the answers point into it */
	struct health_answer *answers; /* null: there are none */
	size_t *host_of; /* of each entry of the catalogue; SIZE_MAX: none */
};

/*
 * Asks for all endpoints of the catalogue at once, each of them once, however
 * many namespaces lead there. Each may take that long; ssh-fast-health bounds
 * how many are looked at side by side. Takes no lock and asks no master. 0,
 * or -1 after a message. ls_health_free() is owed in either case.
 */
int ls_health_ask(
    struct ls_health *health, const struct admin *admin, int timeout_ms);
void ls_health_free(struct ls_health *health);

/* Of that entry of the catalogue; null where nothing is known. */
const struct health_answer *
ls_health_get(const struct ls_health *health, size_t entry);

#endif
