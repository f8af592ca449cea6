#include "health/report.h"

#include <stdio.h>
#include <string.h>

void
report_clear(struct report *report)
{
	memset(report, 0, sizeof(*report));
	report->state = REPORT_UNKNOWN;
	report->age_ms = -1;
	report->connect_ms = report->handshake_ms = -1;
}

void
report_time_out(struct report *report, int timeout_ms)
{
	report->state = report->step == REPORT_CONFIGURATION
	    ? REPORT_UNKNOWN
	    : REPORT_UNREACHABLE;
	(void)snprintf(report->reason, sizeof(report->reason),
	    "timed out after %d ms", timeout_ms);
}
