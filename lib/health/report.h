/* The result for one host. */
#ifndef HEALTH_REPORT_H
#define HEALTH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

enum report_state {
	REPORT_HEALTHY,
	REPORT_UNREACHABLE,
	REPORT_MISMATCH,
	REPORT_UNKNOWN_KEY,
	REPORT_PROXIED,
	REPORT_UNKNOWN,
};

/* The step that it has reached. */
enum report_step {
	REPORT_CONFIGURATION,
	REPORT_NAME,
	REPORT_CONNECT,
	REPORT_BANNER,
	REPORT_HANDSHAKE,
	REPORT_HOST_KEY,
};

/* What it waits for. The time of the wait does not count. */
enum report_wait {
	REPORT_WAITS_NOT,
	REPORT_WAITS_FOR_ANSWER, /* that another process waits for, too */
	REPORT_WAITS_FOR_ADDRESS, /* as another question goes there now */
	REPORT_WAITS_FOR_TURN, /* to exchange keys */
};

/* Strings are clean: subject_copy_clean(). */
struct report {
	enum report_state state;
	enum report_step step;
	enum report_wait waits;
	int port;
	int64_t age_ms; /* of the answer; -1: there is none */
	bool is_by_login;
	double connect_ms, handshake_ms; /* negative: unknown */
	char hostname[256], address[64], banner[256];
	char fingerprint[64], key_type[16], reason[1024];
};

/* Nothing is known yet. */
void report_clear(struct report *report);

/* Reports that the time was up at this step. */
void report_time_out(struct report *report, int timeout_ms);

#endif
