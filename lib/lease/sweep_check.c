/* Checks that runs made all files of a namespace. */
#include "lease/sweeping.h"

#include "lease/hung.h"

#include "namespace/record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum {
	/* ssh binds NAME.xxxxxxxxxxxxxxxx and links it to NAME. */
	HALF_MADE_LENGTH = NAMESPACE_LEASE_NAME_LENGTH + 17,
};

static bool
is_half_made_socket(const char *name)
{
	char lease[NAMESPACE_LEASE_NAME_LENGTH + 1];

	if (strlen(name) != HALF_MADE_LENGTH ||
	    name[NAMESPACE_LEASE_NAME_LENGTH] != '.')
		return false;
	memcpy(lease, name, NAMESPACE_LEASE_NAME_LENGTH);
	lease[NAMESPACE_LEASE_NAME_LENGTH] = '\0';
	return namespace_is_lease_name(lease);
}

/*
 * An entry must be a file of this user, with the expected type. True if it has
 * just gone.
 */
static bool
is_ours(struct sweep *sweep, const struct namespace_place *place,
    const char *name, mode_t type)
{
	struct stat st;

	if (fstatat(place != NULL ? place->fd : sweep->ns.fd, name, &st,
		AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno == ENOENT)
			return true;
		sweep_fail(sweep, FAILURE_SYSTEM, "look at", place, name);
		return false;
	}
	if (st.st_uid != sweep->ns.owner)
		sweep_fail(sweep, FAILURE_OWNER, "clean", place, name);
	else if (S_ISLNK(st.st_mode) && type != S_IFLNK)
		sweep_fail(sweep, FAILURE_SYMLINK, "clean", place, name);
	else if ((st.st_mode & S_IFMT) != type)
		sweep_fail(sweep, FAILURE_FOREIGN, "clean", place, name);
	else if (type == S_IFREG && (st.st_mode & 077) != 0)
		sweep_fail(sweep, FAILURE_MODE, "clean", place, name);
	else
		return true;
	return false;
}

bool
sweep_check_is_of_nfs(const char *name)
{
	return strncmp(name, ".nfs", 4) == 0;
}

/* Whether a folder has no unexpected file. */
static bool
check_place(struct sweep *sweep, const struct listing *listing,
    const struct namespace_place *place, mode_t type,
    bool (*is_name)(const char *name))
{
	bool ok = true;
	size_t i;

	for (i = 0; i < listing->count; i++) {
		const char *name = listing->names[i];

		if (sweep_check_is_of_nfs(name))
			continue;
		if (!is_name(name)) {
			sweep_fail(
			    sweep, FAILURE_FOREIGN, "clean", place, name);
			ok = false;
		} else if (!is_ours(sweep, place, name, type))
			ok = false;
	}
	return ok;
}

static bool
is_socket_name(const char *name)
{
	return namespace_is_lease_name(name) || is_half_made_socket(name) ||
	    namespace_is_trial_name(name);
}

static bool
is_used_name(const char *name)
{
	return namespace_is_lease_name(name) || hung_is_name(name);
}

static bool
is_file_of_namespace(const char *name)
{
	return strcmp(name, NAMESPACE_RECORD) == 0 ||
	    strcmp(name, NAMESPACE_COUNTERS) == 0 ||
	    record_is_temporary_name(name);
}

static bool
is_folder_of_namespace(const char *name)
{
	return strcmp(name, NAMESPACE_SOCKETS) == 0 ||
	    strcmp(name, NAMESPACE_FREE) == 0 ||
	    strcmp(name, NAMESPACE_USED) == 0;
}

static bool
check_top(struct sweep *sweep)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < sweep->top.count; i++) {
		const char *name = sweep->top.names[i];

		if (is_folder_of_namespace(name) || sweep_check_is_of_nfs(name))
			continue;
		if (strcmp(name, NAMESPACE_HINT) == 0 ||
		    strcmp(name, NAMESPACE_VAIN) == 0)
			ok &= is_ours(sweep, NULL, name, S_IFLNK);
		else if (is_file_of_namespace(name))
			ok &= is_ours(sweep, NULL, name, S_IFREG);
		else {
			sweep_fail(sweep, FAILURE_FOREIGN, "clean", NULL, name);
			ok = false;
		}
	}
	return ok;
}

/* free/ is read twice: a name may move between it and used/ meanwhile. */
bool
sweep_check_all(struct sweep *sweep)
{
	const struct namespace *ns = &sweep->ns;
	bool ok;

	if (listing_read(&sweep->top, ns->fd) == -1 ||
	    listing_read(&sweep->sockets, ns->sockets.fd) == -1 ||
	    listing_read(&sweep->free, ns->free.fd) == -1 ||
	    listing_read(&sweep->used, ns->used.fd) == -1 ||
	    listing_read(&sweep->free, ns->free.fd) == -1) {
		sweep_fail(sweep, FAILURE_SYSTEM, "list", NULL, NULL);
		return false;
	}
	listing_settle(&sweep->top);
	listing_settle(&sweep->sockets);
	listing_settle(&sweep->free);
	listing_settle(&sweep->used);
	ok = check_top(sweep);
	ok &= check_place(
	    sweep, &sweep->sockets, &ns->sockets, S_IFSOCK, is_socket_name);
	ok &= check_place(
	    sweep, &sweep->free, &ns->free, S_IFREG, namespace_is_lease_name);
	ok &=
	    check_place(sweep, &sweep->used, &ns->used, S_IFREG, is_used_name);
	return ok;
}
