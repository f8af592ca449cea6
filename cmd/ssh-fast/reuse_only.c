#include "ssh-fast/reuse_only.h"

#include "shared/commands.h"
#include "shared/message.h"

#include <string.h>

/* ssh only prints something, or an error. */
static bool
only_prints(const struct sshargs *args)
{
	size_t i;

	if (args->status != SSHARGS_OK)
		return true;
	for (i = 0; i < args->option_count; i++)
		if (strchr("VQGO", args->options[i].flag) != NULL)
			return true;
	return false;
}

bool
reuse_only_forbids_plain(const struct run *run)
{
	return run->options.reuse_only && !run->options.disable &&
	    !only_prints(&run->args);
}

int
reuse_only_fail(const struct run *run, const char *reason)
{
	message("cannot reuse a master of %s: %s (--reuse-only)",
	    run->args.destination, reason);
	return EXIT_OWN_ERROR;
}
