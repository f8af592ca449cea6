#include "shared/message.h"

#include "base/text.h"
#include "namespace/failure_words.h"

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

void
message_failure(const struct failure *failure)
{
	char line[1024];

	failure_words_describe(failure, line, sizeof(line));
	message("%s", line);
}
