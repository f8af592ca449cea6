#include "lease/vain.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TARGET_SIZE = 64 };

static void
compose(char target[TARGET_SIZE], const char *name, const struct holder *holder)
{
	(void)snprintf(target, TARGET_SIZE, "%s.%ld.%llu", name,
	    (long)holder->pid, holder->since_ticks);
}

bool
vain_is_noted(
    const struct namespace *ns, const char *name, const struct holder *holder)
{
	char wanted[TARGET_SIZE], target[TARGET_SIZE];
	ssize_t length;

	length = readlinkat(ns->fd, NAMESPACE_VAIN, target, sizeof(target) - 1);
	if (length <= 0)
		return false;
	target[length] = '\0';
	compose(wanted, name, holder);
	return strcmp(target, wanted) == 0;
}

void
vain_note(
    const struct namespace *ns, const char *name, const struct holder *holder)
{
	char target[TARGET_SIZE];

	compose(target, name, holder);
	(void)unlinkat(ns->fd, NAMESPACE_VAIN, 0);
	(void)!symlinkat(target, ns->fd, NAMESPACE_VAIN);
}
