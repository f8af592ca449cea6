#include "ls/ls_health.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "base/fields.h"
#include "base/number.h"
#include "shared/health_program.h"
#include "shared/message.h"
#include "namespace/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* ssh-fast-health checks at least this many hosts at a time. */
	SIDE_BY_SIDE = 64,
	/* Time for the start and key exchanges, beyond the deadlines. */
	START_MS = 5000,
	EACH_MS = 100,
	ANSWER_SIZE_MAX = 4096,
};

/* The question for one entry of the catalogue. */
struct question {
	char *line; /* null: nothing */
	size_t entry;
};

/* The line for the endpoint of a record; null if there is none. */
static char *
describe(const struct record *record)
{
	struct text line;
	char *result = NULL, number[16];
	int port;

	if (record->hostname == NULL || record->hostname[0] == '\0' ||
	    record->port == NULL || !number_read(record->port, 1, 65535, &port))
		return NULL;
	text_init(&line);
	fields_add(&line, "hostname", record->hostname);
	(void)snprintf(number, sizeof(number), "%d", port);
	fields_add(&line, "port", number);
	fields_add(&line, "hostkeyalias", record->host_key_alias);
	fields_add(&line, "knownhosts", record->known_hosts);
	fields_add(&line, "proxied", record->jump != NULL ? "yes" : "no");
	fields_end(&line);
	if (text_ok(&line))
		result = strdup(line.data);
	text_free(&line);
	return result;
}

/* Fills in the questions for all entries of the catalogue. */
static void
collect(struct question *questions, const struct admin *admin)
{
	struct namespace ns;
	struct record record;
	struct failure ignored;
	size_t i;

	for (i = 0; i < admin->catalogue.count; i++) {
		questions[i].entry = i;
		if (namespace_open(&ns, &admin->root,
			admin->catalogue.entries[i].folder, NAMESPACE_LOOK,
			&ignored) == -1)
			continue;
		if (record_read(&record, &ns, NULL, &ignored) == RECORD_FOUND) {
			questions[i].line = describe(&record);
			record_free(&record);
		}
		namespace_close(&ns);
	}
}

static int
compare(const void *left, const void *right)
{
	const char *a = ((const struct question *)left)->line;
	const char *b = ((const struct question *)right)->line;

	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/*
 * Lists each endpoint once, and stores its index in each entry. Returns the
 * number of endpoints.
 */
static size_t
list_endpoints(struct ls_health *health, struct question *questions,
    size_t count, struct text *list)
{
	const char *previous = NULL;
	size_t number = 0, i;

	qsort(questions, count, sizeof(*questions), compare);
	for (i = 0; i < count; i++) {
		health->host_of[questions[i].entry] = SIZE_MAX;
		if (questions[i].line == NULL)
			continue;
		if (previous == NULL ||
		    strcmp(previous, questions[i].line) != 0) {
			text_add(list, questions[i].line);
			number++;
		}
		previous = questions[i].line;
		health->host_of[questions[i].entry] = number - 1;
	}
	return number;
}

/* A file without a name for the list, which is too large for a pipe. */
static FILE *
write_list(const struct text *list)
{
	FILE *file = tmpfile();

	if (file == NULL)
		return NULL;
	if (fcntl(fileno(file), F_SETFD, FD_CLOEXEC) == 0 &&
	    fwrite(list->data, 1, list->length, file) == list->length &&
	    fflush(file) == 0 && lseek(fileno(file), 0, SEEK_SET) == 0)
		return file;
	(void)fclose(file);
	return NULL;
}

/* Reads exactly this many lines; each is an answer. */
static bool
read_answers(struct ls_health *health, size_t count)
{
	char *line = health->output.data, *next;
	size_t i;

	if (!text_ok(&health->output))
		return false;
	health->answers = calloc(count, sizeof(*health->answers));
	for (i = 0; health->answers != NULL && i < count; i++, line = next) {
		if ((next = strchr(line, '\n')) == NULL)
			break;
		*next++ = '\0';
		if (!health_answer_read(&health->answers[i], line))
			break;
	}
	if (health->answers != NULL && i == count && *line == '\0')
		return true;
	free(health->answers);
	health->answers = NULL;
	return false;
}

static int
run(struct ls_health *health, const char *program, const char *root_path,
    const struct text *list, size_t count, int timeout_ms)
{
	char timeout[32], root[PATH_MAX + 8];
	char *words[] = {(char *)program, (char *)"--fields", timeout, root,
	    (char *)"--endpoints=/dev/stdin", NULL};
	int64_t bound_ms =
	    (int64_t)(count / SIDE_BY_SIDE + 1) * timeout_ms + START_MS;
	FILE *file = write_list(list);
	int status = -1;

	(void)snprintf(timeout, sizeof(timeout), "--timeout=%d", timeout_ms);
	(void)snprintf(root, sizeof(root), "--root=%s", root_path);
	if (file != NULL)
		status = child_run_reading(words, fileno(file), &health->output,
		    (count + 1) * ANSWER_SIZE_MAX,
		    deadline_now_us() +
			(bound_ms + (int64_t)count * EACH_MS) * 1000);
	if (status == -1)
		message("cannot run %s: %s", program, strerror(errno));
	if (file != NULL)
		(void)fclose(file);
	if (status == -1)
		return -1;
	if (read_answers(health, count))
		return 0;
	message("cannot use the output of %s: it exited with status %d",
	    program, status);
	return -1;
}

/* 0, or -1 after a message. */
static int
ask(struct ls_health *health, const struct admin *admin, const char *program,
    int timeout_ms)
{
	size_t total = admin->catalogue.count, count, i;
	struct question *questions = calloc(total + 1, sizeof(*questions));
	struct text list;
	int result = 0;

	health->host_of = calloc(total + 1, sizeof(*health->host_of));
	text_init(&list);
	if (questions != NULL && health->host_of != NULL) {
		collect(questions, admin);
		count = list_endpoints(health, questions, total, &list);
		if (text_ok(&list) && count > 0)
			result = run(health, program, admin->root.path, &list,
			    count, timeout_ms);
	}
	if (questions == NULL || health->host_of == NULL || !text_ok(&list)) {
		message("cannot run %s: %s", program, strerror(ENOMEM));
		result = -1;
	}
	for (i = 0; questions != NULL && i < total; i++)
		free(questions[i].line);
	free(questions);
	text_free(&list);
	return result;
}

int
ls_health_ask(
    struct ls_health *health, const struct admin *admin, int timeout_ms)
{
	char program[PATH_MAX];

	memset(health, 0, sizeof(*health));
	text_init(&health->output);
	/*
	 * If root looks at the folder of a user, that user could choose the
	 * hosts.
	 */
	if (admin->root.fd != -1 && admin->root.owner != getuid()) {
		message("cannot check the servers of %s: it belongs to "
			"another user",
		    admin->root.path);
		return -1;
	}
	if (!health_program_find(program)) {
		message("cannot run ssh-fast-health: it is not installed (it "
			"is built where libssh2 is)");
		return -1;
	}
	return ask(health, admin, program, timeout_ms);
}

void
ls_health_free(struct ls_health *health)
{
	free(health->answers);
	free(health->host_of);
	text_free(&health->output);
	memset(health, 0, sizeof(*health));
}

const struct health_answer *
ls_health_get(const struct ls_health *health, size_t entry)
{
	if (health->answers == NULL || health->host_of[entry] == SIZE_MAX)
		return NULL;
	return &health->answers[health->host_of[entry]];
}
