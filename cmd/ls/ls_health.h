/* The health of the servers of the endpoints, by ssh-fast-health. */
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
 * Asks for all endpoints of the catalogue at once, each of them once. Each has
 * this time; ssh-fast-health limits the number at a time. Takes no lock and
 * asks no master. Returns 0, or -1 after a message. The caller calls
 * ls_health_free() in either case.
 */
int ls_health_ask(
    struct ls_health *health, const struct admin *admin, int timeout_ms);
void ls_health_free(struct ls_health *health);

/* The health of this entry of the catalogue; null if unknown. */
const struct health_answer *
ls_health_get(const struct ls_health *health, size_t entry);

#endif
