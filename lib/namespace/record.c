#include "namespace/record.h"

#include "platform/platform.h"
#include "ssh/sshoption.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const struct {
	unsigned int bit;
	const char *word;
} asks_words[] = {
    {CARRIES_AGENT, "agent"},
    {CARRIES_X11, "x11"},
    {CARRIES_FORWARDINGS, "forwardings"},
    {CARRIES_LOCAL_COMMAND, "localcommand"},
};

static unsigned int
parse_asks(const char *value)
{
	unsigned int asks = 0;
	size_t i;

	for (i = 0; i < sizeof(asks_words) / sizeof(asks_words[0]); i++)
		if (strstr(value, asks_words[i].word) != NULL)
			asks |= asks_words[i].bit;
	return asks;
}

static const char no_sessions[] =
    "the server opens no session over a shared connection";

/* The lines of a record, in the order in which they are written. */
enum meaning { STRING, POLICY, ASKS, SOCKETS, SESSIONS };
static const struct field {
	const char *key;
	enum meaning meaning;
	size_t offset; /* of a STRING in struct record */
} fields[] = {
    {"policy", POLICY, 0},
    {"destination", STRING, offsetof(struct record, destination)},
    {"user", STRING, offsetof(struct record, user)},
    {"hostname", STRING, offsetof(struct record, hostname)},
    {"port", STRING, offsetof(struct record, port)},
    {"jump", STRING, offsetof(struct record, jump)},
    {"hostkeyalias", STRING, offsetof(struct record, host_key_alias)},
    {"knownhosts", STRING, offsetof(struct record, known_hosts)},
    {"bound", STRING, offsetof(struct record, bound)},
    {"asks", ASKS, 0},
    {"machine", STRING, offsetof(struct record, machine)},
    {"sockets", SOCKETS, 0},
    {"sessions", SESSIONS, 0},
    {"sandbox", STRING, offsetof(struct record, sandbox)},
    {"made", STRING, offsetof(struct record, made)},
    {"text", STRING, offsetof(struct record, text)},
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* Null for an unknown key. */
static const struct field *
find_field(const char *key)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (fields[i].key[0] == key[0] &&
		    strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

static bool
parse_policy(struct record *record, const char *value)
{
	if (strcmp(value, "lease") == 0)
		return true;
	if (strncmp(value, "plain", 5) != 0)
		return false;
	record->plain_reason =
	    strncmp(value, "plain, ", 7) == 0 && value[7] != '\0'
	    ? value + 7
	    : "the record says so";
	return true;
}

/* "N until SECONDS": what a server was found to take, for a day. */
static void
parse_sessions(struct record *record, const char *value)
{
	char *end;
	long number = strtol(value, &end, 10);
	long long until;

	if (end == value || strncmp(end, " until ", 7) != 0 || number < 0 ||
	    number > INT_MAX)
		return;
	until = strtoll(end + 7, NULL, 10);
	if (until <= (long long)time(NULL))
		return;
	record->sessions = (int)number;
	record->sessions_until = until;
}

/* True if the line is understood or can be ignored. */
static bool
parse_line(struct record *record, char *key, char *value, bool *has_policy)
{
	const struct field *field = find_field(key);

	if (!text_unescape(value))
		return false;
	if (field == NULL)
		return true;
	switch (field->meaning) {
	case STRING:
		*(const char **)((char *)record + field->offset) = value;
		break;
	case POLICY:
		*has_policy = true;
		return parse_policy(record, value);
	case ASKS:
		record->asks = parse_asks(value);
		break;
	case SOCKETS:
		record->cannot_hold_sockets = strcmp(value, "no") == 0;
		break;
	case SESSIONS:
		parse_sessions(record, value);
		break;
	}
	return true;
}

static bool
parse(struct record *record, const char *expected_text)
{
	char *line = record->file.content, *end, *value;
	bool has_policy = false;

	for (; *line != '\0'; line = end + 1) {
		if ((end = strchr(line, '\n')) == NULL ||
		    (value = strstr(line, ": ")) == NULL || value > end)
			return false;
		*end = *value = '\0';
		if (!parse_line(record, line, value + 2, &has_policy))
			return false;
	}
	if (record->sessions == 0 && record->plain_reason == NULL)
		record->plain_reason = no_sessions;
	return has_policy && record->text != NULL &&
	    (expected_text == NULL || strcmp(record->text, expected_text) == 0);
}

static struct smallfile_place
place_of(const struct namespace *ns)
{
	return (struct smallfile_place){.folder_fd = ns->fd,
	    .folder_path = ns->path,
	    .name = NAMESPACE_RECORD,
	    .owner = ns->owner};
}

enum record_status
record_read(struct record *record, const struct namespace *ns,
    const char *expected_text, struct failure *failure)
{
	const struct smallfile_place place = place_of(ns);

	memset(record, 0, offsetof(struct record, file));
	record->sessions = -1;
	switch (smallfile_read(&record->file, &place, failure)) {
	case SMALLFILE_FOUND:
		break;
	case SMALLFILE_NONE:
		return RECORD_NONE;
	case SMALLFILE_GARBLED:
		return RECORD_GARBLED;
	case SMALLFILE_FAILED:
	default:
		return RECORD_FAILED;
	}
	if (parse(record, expected_text))
		return RECORD_FOUND;
	record_free(record);
	return RECORD_GARBLED;
}

void
record_free(struct record *record)
{
	smallfile_free(&record->file);
}

/* The line with the machine in a derived namespace text, if any. */
static bool
text_names(const char *text, const char *machine)
{
	static const char key[] = "\nmachine: ";
	const char *at = strstr(text, key);
	size_t length = strlen(machine);

	if (at == NULL)
		return true;
	at += sizeof(key) - 1;
	return strncmp(at, machine, length) == 0 && at[length] == '\n';
}

bool
record_is_of_another_machine(const struct record *record)
{
	char machine[PLATFORM_MACHINE_SIZE];

	platform_machine(machine);
	if (record->machine != NULL)
		return strcmp(record->machine, machine) != 0;
	return !text_names(record->text, machine);
}

bool
record_is_temporary_name(const char *name)
{
	return smallfile_is_temporary(name, NAMESPACE_RECORD);
}

static void
compose_policy(struct text *value, const struct record *record)
{
	const char *reason = record->plain_reason;

	/* That is for a day only. */
	if (reason == no_sessions)
		reason = NULL;
	text_add(value, reason == NULL ? "lease" : "plain, ");
	if (reason != NULL)
		text_add(value, reason);
}

static void
compose_asks(struct text *value, const struct record *record)
{
	size_t i;

	for (i = 0; i < sizeof(asks_words) / sizeof(asks_words[0]); i++)
		if ((record->asks & asks_words[i].bit) != 0)
			text_printf(value, "%s%s", value->length > 0 ? " " : "",
			    asks_words[i].word);
}

static void
compose_field(
    struct text *text, const struct record *record, const struct field *field)
{
	struct text value;

	text_init(&value);
	switch (field->meaning) {
	case STRING:
		text_add_line(text, field->key,
		    *(const char *const *)((const char *)record +
			field->offset));
		break;
	case POLICY:
		compose_policy(&value, record);
		text_add_line(text, field->key, value.data);
		break;
	case ASKS:
		compose_asks(&value, record);
		text_add_line(text, field->key, value.data);
		break;
	case SOCKETS:
		if (record->cannot_hold_sockets)
			text_add_line(text, field->key, "no");
		break;
	case SESSIONS:
		if (record->sessions_until != 0)
			text_printf(text, "%s: %d until %lld\n", field->key,
			    record->sessions, record->sessions_until);
		break;
	}
	if (!text_ok(&value))
		text->failed = true;
	text_free(&value);
}

static void
compose(struct text *text, const struct record *record)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		compose_field(text, record, &fields[i]);
}

int
record_write(const struct record *record, const struct namespace *ns,
    struct failure *failure)
{
	const struct smallfile_place place = place_of(ns);
	struct text text;
	int result = 0;

	text_init(&text);
	compose(&text, record);
	if (!text_ok(&text))
		result = failure_set(failure, FAILURE_MEMORY, "write", ns->path,
		    NAMESPACE_RECORD);
	else if (smallfile_write(&place, &text) == -1)
		result = failure_set(failure, FAILURE_SYSTEM, "write", ns->path,
		    NAMESPACE_RECORD);
	text_free(&text);
	return result;
}

enum { SESSIONS_SECS = 24 * 3600 };

void
record_note_sessions(const struct namespace *ns, int sessions)
{
	struct failure ignored;
	struct record record;
	/* Nobody else locks that folder, and nobody has it for long. */
	int fd =
	    openat(ns->sockets.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	while (flock(fd, LOCK_EX) == -1 && errno == EINTR)
		;
	if (record_read(&record, ns, NULL, &ignored) == RECORD_FOUND) {
		if (record.sessions == -1 || sessions < record.sessions) {
			record.sessions = sessions;
			record.sessions_until =
			    (long long)time(NULL) + SESSIONS_SECS;
			(void)record_write(&record, ns, &ignored);
		}
		record_free(&record);
	}
	(void)close(fd);
}

int
record_sessions(const struct namespace *ns)
{
	struct failure ignored;
	struct record record;
	int sessions;

	if (record_read(&record, ns, NULL, &ignored) != RECORD_FOUND)
		return -1;
	sessions = record.sessions;
	record_free(&record);
	return sessions;
}
