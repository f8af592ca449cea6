/* What is found out of one host. */
#ifndef HEALTH_REPORT_H
#define HEALTH_REPORT_H

#include <stdbool.h>

enum report_state {
	REPORT_HEALTHY,
	REPORT_UNREACHABLE,
	REPORT_MISMATCH,
	REPORT_UNKNOWN,
	REPORT_PROXIED,
	REPORT_UNTOLD,
};

/* How far it has come. */
enum report_step {
	REPORT_CONFIGURATION,
	REPORT_NAME,
	REPORT_CONNECT,
	REPORT_BANNER,
	REPORT_HANDSHAKE,
	REPORT_HOST_KEY,
};

/* Strings are clean: subject_copy_clean(). */
struct report {
	enum report_state state;
	enum report_step step;
	bool waits; /* connected, for its turn to talk */
	int port;
	double connect_ms, handshake_ms; /* negative: unknown */
	char hostname[256], address[64], banner[256];
	char fingerprint[64], key_type[16], reason[512];
};

/* Nothing is known yet. */
void report_clear(struct report *report);

/* That time was up at the step that it is at. */
void report_time_out(struct report *report, int timeout_ms);

#endif
