#include "namespace/hint.h"

#include <string.h>
#include <unistd.h>

bool
hint_read(
    const struct namespace *ns, char name[NAMESPACE_LEASE_NAME_LENGTH + 1])
{
	/* One byte more than a name, to notice a longer one. */
	char target[NAMESPACE_LEASE_NAME_LENGTH + 2];
	ssize_t length;

	length = readlinkat(ns->fd, NAMESPACE_HINT, target, sizeof(target) - 1);
	if (length != NAMESPACE_LEASE_NAME_LENGTH)
		return false;
	target[length] = '\0';
	if (!namespace_is_lease_name(target))
		return false;
	memcpy(name, target, NAMESPACE_LEASE_NAME_LENGTH + 1);
	return true;
}

void
hint_write(const struct namespace *ns, const char *name)
{
	char known[NAMESPACE_LEASE_NAME_LENGTH + 1];

	if (hint_read(ns, known) && strcmp(known, name) == 0)
		return;
	/* For a moment there is no hint, and processes search without it. */
	(void)unlinkat(ns->fd, NAMESPACE_HINT, 0);
	(void)!symlinkat(name, ns->fd, NAMESPACE_HINT);
}
