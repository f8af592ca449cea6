#include "shared/message.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program_name = "ssh-fast";

void
message_set_program(const char *name)
{
	program_name = name;
}

/*
 * Names come from anywhere: what they hold must not look like another line, or
 * steer a terminal. One write, so that lines of parallel runs do not mix.
 */
static void
put_line(const char *content)
{
	char storage[2048];
	struct text line;

	text_init_in(&line, storage, sizeof(storage));
	text_add(&line, program_name);
	text_add(&line, ": ");
	text_add_printable(&line, content);
	text_add(&line, "\n");
	/* Where nobody reads it, there is nobody to tell so. */
	if (text_ok(&line) &&
	    write(STDERR_FILENO, line.data, line.length) == -1)
		errno = 0;
	text_free(&line);
}

void
message(const char *format, ...)
{
	char content[2048];
	va_list arguments;
	int saved_errno = errno;

	va_start(arguments, format);
	if (vsnprintf(content, sizeof(content), format, arguments) >= 0)
		put_line(content);
	va_end(arguments);
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
	case FAILURE_FOREIGN:
		return "it is none of ssh-fast's";
	case FAILURE_UNSPEAKABLE:
		return "ssh would expand \"${\" in it";
	case FAILURE_NO_SOCKETS:
		return "its file system cannot bind and hard-link a socket "
		       "(choose another with --root or SSH_FAST_ROOT)";
	case FAILURE_BOUND:
		return "its text was first used for another destination, user, "
		       "port or -W";
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

void
message_describe(const struct failure *failure, char *buffer, size_t size)
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

	message_describe(failure, line, sizeof(line));
	message("%s", line);
}
