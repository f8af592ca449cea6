#include "namespace/failure.h"

#include <errno.h>
#include <stdio.h>

int
failure_set(struct failure *f, enum failure_kind kind, const char *verb,
    const char *directory, const char *name)
{
	int saved_errno = errno;

	if (f == NULL)
		return -1;
	f->kind = kind;
	f->error = saved_errno;
	f->verb = verb;
	(void)snprintf(f->path, sizeof(f->path), "%s%s%s",
	    directory != NULL ? directory : "",
	    directory != NULL && name != NULL ? "/" : "",
	    name != NULL ? name : "");
	errno = saved_errno;
	return -1;
}

bool
failure_is_security(const struct failure *f)
{
	return f->kind == FAILURE_OWNER || f->kind == FAILURE_MODE ||
	    f->kind == FAILURE_SYMLINK || f->kind == FAILURE_TYPE ||
	    f->kind == FAILURE_BOUND;
}
