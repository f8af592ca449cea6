#include "ssh-fast/options_show.h"

#include "ssh-fast/options.h"

#include <stddef.h>
#include <stdio.h>

void
options_show(const void *opaque, const struct option *option,
    char shown[OPTION_SHOWN_MAX])
{
	const struct options *options = opaque;
	static const char probes[][8] = {[PROBE_NATIVE] = "native",
	    [PROBE_SSH] = "ssh",
	    [PROBE_E2E] = "e2e",
	    [PROBE_NONE] = "none"};
	static const char clients[][8] = {[CLIENT_AUTO] = "auto",
	    [CLIENT_SSH] = "ssh",
	    [CLIENT_NATIVE] = "native"};

	switch (option->offset) {
	case offsetof(struct options, probe):
		(void)snprintf(
		    shown, OPTION_SHOWN_MAX, "%s", probes[options->probe]);
		break;
	case offsetof(struct options, health_ms):
		if (options->health_ms > 0)
			(void)snprintf(shown, OPTION_SHOWN_MAX, "%dms",
			    options->health_ms);
		else
			(void)snprintf(shown, OPTION_SHOWN_MAX, "no");
		break;
	case offsetof(struct options, max_age_secs):
		if (options->max_age_secs > 0)
			(void)snprintf(shown, OPTION_SHOWN_MAX, "%ds",
			    options->max_age_secs);
		else
			(void)snprintf(shown, OPTION_SHOWN_MAX, "none");
		break;
	default:
		(void)snprintf(
		    shown, OPTION_SHOWN_MAX, "%s", clients[options->client]);
		break;
	}
}
