#include "ssh-fast/runlog.h"

#include "base/deadline.h"
#include "base/text.h"
#include "platform/platform.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* syslog(3): the facility of users' programs, for information. */
static const char syslog_word[] = "syslog", syslog_priority[] = "<14>";

void
runlog_note_start(struct run *run)
{
	if (run->options.log != NULL)
		run->started_us = deadline_now_us();
}

static const char *
how_it_started(const struct run *run)
{
	if (run->started_us == 0)
		return "none";
	return run->has_logged_in ? "cold" : "warm";
}

/* The moment, in UTC, to the millisecond. */
static void
add_time(struct text *line)
{
	struct timespec now;
	struct tm parts;
	char date[32];

	if (clock_gettime(CLOCK_REALTIME, &now) == -1 ||
	    gmtime_r(&now.tv_sec, &parts) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		return;
	text_printf(line, "%s.%03ldZ ", date, now.tv_nsec / 1000000);
}

/* The value in quotation marks where it holds a blank, or nothing. */
static void
add_value(struct text *line, const char *key, const char *value)
{
	struct text printable;
	const char *at;
	bool is_quoted;

	if (value == NULL)
		return;
	text_init(&printable);
	text_add_printable(&printable, value);
	is_quoted = value[0] == '\0' || strpbrk(value, " \"=") != NULL;
	text_printf(line, " %s=%s", key, is_quoted ? "\"" : "");
	for (at = printable.data; text_ok(&printable) && *at != '\0'; at++)
		if (*at == '"')
			text_add(line, "\\x22");
		else
			text_add_bytes(line, at, 1);
	if (is_quoted)
		text_add(line, "\"");
	text_free(&printable);
}

static void
compose(struct text *line, const struct run *run, const char *start,
    const char *reason, int status)
{
	const bool has_lease = run->lease.name[0] != '\0';

	text_printf(line, "pid=%ld start=%s", (long)getpid(), start);
	if (run->args.destination != NULL)
		add_value(line, "endpoint", run->args.destination);
	if (run->pool.name[0] != '\0')
		add_value(line, "namespace", run->pool.name);
	if (has_lease && strcmp(start, "plain") != 0)
		add_value(line, "lease", run->lease.name);
	add_value(line, "reason", reason);
	if (run->started_us > 0)
		text_printf(line, " ms=%.1f",
		    (double)(run->started_us - run->began_us) / 1000);
	if (status >= 0)
		text_printf(line, " status=%d", status);
}

/*
 * The file is opened for each line, so that one that was moved away is made
 * anew; and without waiting, should it be a FIFO.
 */
static int
write_to_file(const char *path, const struct text *line)
{
	int fd, result, saved_errno;

	fd = openat(AT_FDCWD, path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	    0600);
	if (fd == -1)
		return -1;
	result = write(fd, line->data, line->length) == (ssize_t)line->length
	    ? 0
	    : -1;
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return result;
}

static int
write_line(const char *log, const struct text *content)
{
	struct text line;
	int result = -1;

	text_init(&line);
	if (strcmp(log, syslog_word) == 0) {
		text_printf(&line, "%sssh-fast[%ld]: %s", syslog_priority,
		    (long)getpid(), content->data);
		if (text_ok(&line))
			result = platform_log(line.data, line.length);
	} else {
		add_time(&line);
		text_printf(&line, "%s\n", content->data);
		if (text_ok(&line))
			result = write_to_file(log, &line);
	}
	text_free(&line);
	return result;
}

void
runlog_write(struct run *run, const char *start, const char *reason, int status)
{
	struct text content;

	if (run->options.log == NULL || run->is_logged)
		return;
	run->is_logged = true;
	if (start == NULL)
		start = how_it_started(run);
	text_init(&content);
	compose(&content, run, start, reason, status);
	if ((!text_ok(&content) ||
		write_line(run->options.log, &content) == -1) &&
	    run->options.verbose)
		message("cannot write the log %s: %s", run->options.log,
		    strerror(errno));
	text_free(&content);
}
