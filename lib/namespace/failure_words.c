#include "namespace/failure_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *
reason(const struct failure *failure)
{
	switch (failure->kind) {
	case FAILURE_OWNER:
		return "it belongs to another user";
	case FAILURE_MODE:
		return "other users may write or read there";
	case FAILURE_SYMLINK:
		return "it is a symbolic link";
	case FAILURE_TYPE:
		return "it is not a folder or plain file as expected";
	case FAILURE_FOREIGN:
		return "it does not belong to ssh-fast";
	case FAILURE_UNSPEAKABLE:
		return "ssh would expand \"${\" in it";
	case FAILURE_NO_SOCKETS:
		return "its file system cannot bind and hard-link a socket "
		       "(choose another with --root or SSH_FAST_ROOT)";
	case FAILURE_BOUND:
		return "its namespace text was first used for another "
		       "destination, user, "
		       "port or -W";
	case FAILURE_BUSY:
		return "another process is removing it";
	case FAILURE_MEMORY:
		return strerror(ENOMEM);
	case FAILURE_TOO_LONG:
	case FAILURE_SYSTEM:
	case FAILURE_NONE:
		break;
	}
	return strerror(failure->error);
}

void
failure_words_describe(const struct failure *failure, char *buffer, size_t size)
{
	if (failure->kind == FAILURE_TOO_LONG)
		(void)snprintf(buffer, size,
		    "cannot %s %s: it has %zu characters, and a control "
		    "socket fits below %zu at most (choose a shorter one "
		    "with --root or SSH_FAST_ROOT)",
		    failure->verb, failure->path, failure->length,
		    failure->limit);
	else
		(void)snprintf(buffer, size, "cannot %s %s: %s", failure->verb,
		    failure->path, reason(failure));
}
