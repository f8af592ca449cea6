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
 * A name can contain anything, but must not look like another line or control a
 * terminal. One write keeps the lines of parallel runs apart.
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
	/* A failed write cannot be reported. */
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
