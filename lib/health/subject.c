#include "health/subject.h"

#include "base/number.h"
#include "base/text.h"
#include "platform/child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANSWER_MAX = 1 << 20 };

void
subject_copy_clean(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i] != '\0'; i++)
		to[i] =
		    (char)(from[i] >= ' ' && from[i] <= '~' ? from[i] : '?');
	to[i] = '\0';
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

static void
add_files(struct subject *subject, const char *files)
{
	size_t length = strlen(subject->files);

	(void)snprintf(subject->files + length, sizeof(subject->files) - length,
	    "%s%s", length > 0 ? " " : "", files);
}

static void
read_line(struct subject *subject, const char *key, const char *value,
    bool wants_files)
{
	if (strcmp(key, "hostname") == 0)
		copy(subject->hostname, sizeof(subject->hostname), value);
	else if (strcmp(key, "port") == 0)
		(void)number_read(value, 1, 65535, &subject->port);
	else if (strcmp(key, "hostkeyalias") == 0)
		copy(subject->alias, sizeof(subject->alias), value);
	else if (strcmp(key, "proxyjump") == 0 ||
	    strcmp(key, "proxycommand") == 0)
		subject->is_proxied |= strcasecmp(value, "none") != 0;
	else if (wants_files &&
	    (strcmp(key, "userknownhostsfile") == 0 ||
		strcmp(key, "globalknownhostsfile") == 0))
		add_files(subject, value);
}

static void
read_answer(struct subject *subject, char *answer, bool wants_files)
{
	char *rest = NULL, *line, *value;

	for (line = strtok_r(answer, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		value = strchr(line, ' ');
		if (value == NULL)
			continue;
		*value++ = '\0';
		read_line(subject, line, value, wants_files);
	}
}

/*
 * The message of ssh: the last line, or the one before if the last only says
 * that it exits. ssh is run again for it, since only one pipe is read above.
 */
static void
listen_to_complaint(char *const argv[], char complaint[SUBJECT_COMPLAINT_SIZE],
    int64_t deadline_us)
{
	char *rest = NULL, *line, *told = NULL;
	struct text output;

	text_init(&output);
	(void)child_run_complaining(argv, &output, ANSWER_MAX, deadline_us);
	for (line = text_ok(&output) && output.data != NULL
		 ? strtok_r(output.data, "\r\n", &rest)
		 : NULL;
	     line != NULL; line = strtok_r(NULL, "\r\n", &rest))
		if (told == NULL || strstr(line, ": terminating, ") == NULL)
			told = line;
	if (told != NULL)
		subject_copy_clean(complaint, SUBJECT_COMPLAINT_SIZE, told);
	text_free(&output);
}

static void
compose(
    const char *argv[9], const struct subject_query *query, const char *host)
{
	int argc = 0;

	argv[argc++] = query->ssh;
	argv[argc++] = "-G";
	if (query->config != NULL) {
		argv[argc++] = "-F";
		argv[argc++] = query->config;
	}
	if (query->port != NULL) {
		argv[argc++] = "-p";
		argv[argc++] = query->port;
	}
	argv[argc++] = "--";
	argv[argc++] = host;
	argv[argc] = NULL;
}

int
subject_resolve(struct subject *subject, const struct subject_query *query,
    const char *host, char complaint[SUBJECT_COMPLAINT_SIZE],
    int64_t deadline_us)
{
	const char *argv[9];
	struct text answer;
	int status;

	complaint[0] = '\0';
	compose(argv, query, host);
	memset(subject, 0, sizeof(*subject));
	text_init(&answer);
	status = child_run(
	    (char *const *)argv, NULL, &answer, ANSWER_MAX, deadline_us);
	if (status > 0) {
		listen_to_complaint(
		    (char *const *)argv, complaint, deadline_us);
	} else if (status == 0 && !text_ok(&answer)) {
		errno = ENOMEM;
		status = -1;
	} else if (status == 0) {
		read_answer(subject, answer.data, query->known_hosts == NULL);
		if (query->known_hosts != NULL)
			add_files(subject, query->known_hosts);
		if (subject->hostname[0] == '\0' || subject->port <= 0) {
			errno = EPROTO;
			status = -1;
		}
	}
	text_free(&answer);
	return status;
}
