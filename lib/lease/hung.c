#include "lease/hung.h"

#include "lease/holder.h"
#include "lease/leftover.h"
#include "lease/lockfile.h"
#include "platform/platform.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { HUNG_LETTER = 'h', LEASE_LETTER = 's' };

void
hung_lease_name(
    const char *hung_name, char lease_name[NAMESPACE_LEASE_NAME_SIZE])
{
	memcpy(lease_name, hung_name, NAMESPACE_LEASE_NAME_SIZE);
	lease_name[0] = LEASE_LETTER;
}

void
hung_file_name(
    const char *lease_name, char hung_name[NAMESPACE_LEASE_NAME_SIZE])
{
	memcpy(hung_name, lease_name, NAMESPACE_LEASE_NAME_SIZE);
	hung_name[0] = HUNG_LETTER;
}

bool
hung_is_name(const char *name)
{
	char lease_name[NAMESPACE_LEASE_NAME_SIZE];

	if (name[0] != HUNG_LETTER ||
	    strlen(name) != NAMESPACE_LEASE_NAME_LENGTH)
		return false;
	hung_lease_name(name, lease_name);
	return namespace_is_lease_name(lease_name);
}

int
hung_take_back(
    const struct namespace *ns, const char *hung_name, struct lease *lease)
{
	char name[NAMESPACE_LEASE_NAME_SIZE];
	struct holder holder;
	int saved_errno;

	hung_lease_name(hung_name, name);
	lease_set_name(lease, name);
	lease->lock_fd = lockfile_open(ns, &ns->used, hung_name, NULL);
	if (lease->lock_fd == -1)
		return -1;
	lease_read(lease, &holder);
	errno = EBUSY;
	if (leftover_may_be_taken(ns, name, lease->lock_fd, &holder) &&
	    platform_rename_new(ns->used.fd, hung_name, ns->used.fd, name) == 0)
		return 0;
	saved_errno = errno;
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	errno = saved_errno;
	return -1;
}
