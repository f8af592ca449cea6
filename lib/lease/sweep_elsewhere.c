/* What was made under another name of this machine, or on another one. */
#include "lease/sweeping.h"

#include "lease/holder.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum {
	DAY_SECS = 24 * 3600,
	/* For so long a name that says it is held counts as that. */
	HELD_SECS = 30 * DAY_SECS,
};

/*
 * Whether each file of the place is older than that. A machine that shares the
 * folder has its own masters, and its locks may not reach us: only time tells.
 */
static bool
is_old(const struct namespace_place *place, const struct listing *listing,
    time_t secs)
{
	struct stat st;
	size_t i;

	for (i = 0; i < listing->count; i++)
		if (fstatat(place->fd, listing->names[i], &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    time(NULL) - st.st_mtim.tv_sec < secs)
			return false;
	return true;
}

/* The lines that say so are those of a process, also where it is gone here. */
static bool
says_held(const struct namespace_place *place, const char *name)
{
	struct holder holder;
	int fd = openat(place->fd, name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd == -1)
		return false;
	holder_read(fd, &holder);
	(void)close(fd);
	return holder.kind == HOLDER_PROCESS;
}

static bool
is_old_enough(const struct sweep *sweep, const struct listing *sockets,
    const struct listing *used)
{
	const struct namespace *ns = &sweep->ns;
	time_t least = (time_t)sweep->options->ttl_secs + DAY_SECS;
	size_t i;

	if (time(NULL) - sweep->last_use < least ||
	    !is_old(&ns->sockets, sockets, least) ||
	    !is_old(&ns->used, used, least))
		return false;
	for (i = 0; i < used->count; i++)
		if (says_held(&ns->used, used->names[i]) &&
		    !is_old(&ns->used, used, HELD_SECS))
			return false;
	for (i = 0; i < sockets->count; i++)
		if (lease_look(ns, sockets->names[i]) != PROBE_DEAD)
			return false;
	return true;
}

bool
sweep_elsewhere_is_over(struct sweep *sweep)
{
	const struct namespace *ns = &sweep->ns;
	struct listing sockets, used;
	bool is_over;

	listing_init(&sockets);
	listing_init(&used);
	sweep_unused_note(sweep);
	is_over = listing_read(&sockets, ns->sockets.fd) == 0 &&
	    listing_read(&used, ns->used.fd) == 0 &&
	    is_old_enough(sweep, &sockets, &used);
	listing_free(&sockets);
	listing_free(&used);
	return is_over;
}
