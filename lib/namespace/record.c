#include "namespace/record.h"

#include "platform/platform.h"
#include "ssh/sshoption.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

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

/* The lines of a record, in the order in which they are written. */
enum meaning { STRING, POLICY, ASKS, SOCKETS };
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
		if (strcmp(fields[i].key, key) == 0)
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
	text_add(value, record->plain_reason == NULL ? "lease" : "plain, ");
	if (record->plain_reason != NULL)
		text_add(value, record->plain_reason);
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
