#include "message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
message(const char *format, ...)
{
	static const char program[] = "ssh-fast: ";
	char line[2048];
	va_list arguments;
	size_t length = sizeof(program) - 1;
	int saved_errno = errno, written;

	memcpy(line, program, length);
	va_start(arguments, format);
	written = vsnprintf(
	    line + length, sizeof(line) - length - 1, format, arguments);
	va_end(arguments);
	if (written > 0)
		length += (size_t)written < sizeof(line) - length - 1
		    ? (size_t)written
		    : sizeof(line) - length - 2;
	line[length++] = '\n';
	/* One write, so that lines of parallel runs do not mix. */
	if (write(STDERR_FILENO, line, length) == -1)
		errno = saved_errno;
	errno = saved_errno;
}

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
		return "it is neither a folder nor a plain file, as expected";
	case FAILURE_UNSPEAKABLE:
		return "ssh would expand \"${\" in it";
	case FAILURE_NO_SOCKETS:
		return "its file system cannot bind and hard-link a socket "
		       "(choose another with --root or SSH_FAST_ROOT)";
	case FAILURE_BUSY:
		return "somebody is removing it";
	case FAILURE_MEMORY:
		return strerror(ENOMEM);
	case FAILURE_TOO_LONG:
	case FAILURE_SYSTEM:
	case FAILURE_NONE:
		break;
	}
	return strerror(failure->error);
}

static void
describe(const struct failure *failure, char *buffer, size_t size)
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

void
message_failure(const struct failure *failure)
{
	char line[1024];

	describe(failure, line, sizeof(line));
	message("%s", line);
}
