/* What the programs' options are where nothing is said, and may be at most. */
#ifndef SHARED_LIMITS_H
#define SHARED_LIMITS_H

enum {
	PROBE_TIMEOUT_MS = 500,
	PROBE_TIMEOUT_MS_MAX = 60000,
	TRUST_SECS = 30,
	ANSWER_SECS = 2,
	ANSWER_SECS_MAX = 3600,
	HEALTH_MS = 2000,
	HEALTH_MS_MAX = 60000,
	HEALTH_TIMEOUT_MS = 5000, /* of ssh-fast-health itself */
	HEALTH_TIMEOUT_MS_MAX = 3600 * 1000,
	PERSIST_SECS = 90,
	SLOTS_MAX = 32,
	COLD = 8,
	COLD_MAX = 1000,
	TTL_SECS = 90,
	MAX_AGE_SECS = 8 * 3600,
	SECS_MAX = 365 * 24 * 3600,
};

#endif
