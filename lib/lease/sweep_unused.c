#include "lease/sweeping.h"

#include "platform/platform.h"

#include <time.h>

enum { FOLDERS = 4 };

/* The namespace's own folder and the three in it; -1: it is missing. */
static void
list_folders(const struct sweep *sweep, int fds[FOLDERS])
{
	fds[0] = sweep->ns.fd;
	fds[1] = sweep->ns.sockets.fd;
	fds[2] = sweep->ns.free.fd;
	fds[3] = sweep->ns.used.fd;
}

void
sweep_unused_note(struct sweep *sweep)
{
	int fds[FOLDERS];
	struct stat st;
	size_t i;

	list_folders(sweep, fds);
	for (i = 0; i < FOLDERS; i++)
		if (fds[i] != -1 && fstat(fds[i], &st) == 0 &&
		    st.st_mtim.tv_sec > sweep->last_use)
			sweep->last_use = st.st_mtim.tv_sec;
}

bool
sweep_unused_may_go(const struct sweep *sweep)
{
	const struct sweep_options *options = sweep->options;
	int fds[FOLDERS];
	struct stat st;
	size_t i;

	if (time(NULL) - sweep->last_use < options->namespace_ttl_secs)
		return false;
	if (*options->open_folders == NULL &&
	    (*options->open_folders = platform_open_folders_take()) == NULL)
		return false;
	list_folders(sweep, fds);
	for (i = 0; i < FOLDERS; i++)
		if (fds[i] != -1 && fstat(fds[i], &st) == 0 &&
		    platform_open_folders_have(*options->open_folders, &st))
			return false;
	return true;
}
