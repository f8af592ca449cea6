#include "pool/kept.h"

#include "namespace/gate.h"
#include "namespace/listing.h"
#include "pool/answer.h"
#include "pool/login.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The age at which it has expired; 0: not our file. */
static int
lifetime_secs(const char *name, int ttl_secs)
{
	const char *dot = strrchr(name, '.');

	if (!answer_is_name(name) && !login_is_note_name(name))
		return 0;
	/* ".answer.NAME.PID" is unfinished. */
	if (strchr(name + 1, '.') != dot || login_is_note_name(name))
		return ttl_secs > 0 ? ttl_secs : 1;
	return ANSWER_KEPT_SECS;
}

/* The folder of a gate, left by a killed process. */
static void
sweep_gate(const struct namespace_root *root, const char *name,
    const struct sweep_options *options)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct failure failure;
	struct stat st;

	if (fstatat(root->fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    st.st_mtime > time(NULL) - options->ttl_secs)
		return;
	switch (gate_sweep(root, name, options->dry_run)) {
	case 1:
		(void)snprintf(path, sizeof(path), "%s/%s", root->path, name);
		options->tell(options->context, SWEEP_TEMPORARY, path);
		break;
	case -1:
		(void)failure_set(
		    &failure, FAILURE_SYSTEM, "remove", root->path, name);
		options->tell_failure(options->context, &failure);
		break;
	default:
		break;
	}
}

static void
sweep_one(const struct namespace_root *root, const char *name,
    const struct sweep_options *options)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct failure failure;
	struct stat st;
	int lifetime = lifetime_secs(name, options->ttl_secs);

	if (lifetime == 0 ||
	    fstatat(root->fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    st.st_mtime > time(NULL) - lifetime)
		return;
	if (!options->dry_run && unlinkat(root->fd, name, 0) == -1) {
		if (errno == ENOENT)
			return;
		(void)failure_set(
		    &failure, FAILURE_SYSTEM, "remove", root->path, name);
		options->tell_failure(options->context, &failure);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", root->path, name);
	options->tell(options->context, SWEEP_TEMPORARY, path);
}

void
kept_sweep(
    const struct namespace_root *root, const struct sweep_options *options)
{
	struct listing listing;
	size_t i;

	listing_init(&listing);
	if (root->fd == -1 || listing_read(&listing, root->fd) == -1)
		listing_free(&listing);
	for (i = 0; i < listing.count; i++) {
		if (gate_is_folder_name(listing.names[i]))
			sweep_gate(root, listing.names[i], options);
		else if (listing.names[i][0] == '.')
			sweep_one(root, listing.names[i], options);
	}
	listing_free(&listing);
}
