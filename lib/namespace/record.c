#include "namespace/record.h"

#include "platform/platform.h"
#include "ssh/sshoption.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* A namespace text holds little more than a command line's options. */
	RECORD_SIZE_MAX = 1 << 20,
	WRITE_TRIES = 8,
};

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
    {"session", STRING, offsetof(struct record, session)},
    {"text", STRING, offsetof(struct record, text)},
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* Null for a key that is not known. */
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

/* True where the line is understood, or may be passed over. */
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
	char *line = record->storage, *end, *value;
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

static char *
room_for(struct record *record, size_t size)
{
	record->storage = size <= sizeof(record->inline_storage)
	    ? record->inline_storage
	    : malloc(size);
	return record->storage;
}

/* The whole file, ended by a NUL, or null: *status says what of it. */
static char *
slurp(struct record *record, const struct namespace *ns,
    enum record_status *status, struct failure *failure)
{
	struct stat st;
	char *storage = NULL;
	ssize_t got;
	int fd;

	fd = openat(ns->fd, NAMESPACE_RECORD,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1) {
		*status = errno == ENOENT ? RECORD_NONE : RECORD_FAILED;
		if (errno == ELOOP)
			(void)failure_set(failure, FAILURE_SYMLINK, "trust",
			    ns->path, NAMESPACE_RECORD);
		else
			(void)failure_set(failure, FAILURE_SYSTEM, "open",
			    ns->path, NAMESPACE_RECORD);
		return NULL;
	}
	*status = RECORD_FAILED;
	if (fstat(fd, &st) == -1)
		(void)failure_set(failure, FAILURE_SYSTEM, "read", ns->path,
		    NAMESPACE_RECORD);
	else if (!S_ISREG(st.st_mode))
		(void)failure_set(
		    failure, FAILURE_TYPE, "trust", ns->path, NAMESPACE_RECORD);
	else if (st.st_uid != ns->owner)
		(void)failure_set(failure, FAILURE_OWNER, "trust", ns->path,
		    NAMESPACE_RECORD);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		(void)failure_set(
		    failure, FAILURE_MODE, "trust", ns->path, NAMESPACE_RECORD);
	else if (st.st_size > RECORD_SIZE_MAX)
		*status = RECORD_GARBLED;
	else if ((storage = room_for(record, (size_t)st.st_size + 1)) == NULL)
		(void)failure_set(failure, FAILURE_MEMORY, "read", ns->path,
		    NAMESPACE_RECORD);
	else if ((got = read(fd, storage, (size_t)st.st_size)) == -1) {
		(void)failure_set(failure, FAILURE_SYSTEM, "read", ns->path,
		    NAMESPACE_RECORD);
		record_free(record);
		storage = NULL;
	} else {
		storage[got] = '\0';
		/* A NUL within would hide what follows it. */
		if (strlen(storage) != (size_t)got)
			storage[0] = '\0';
	}
	(void)close(fd);
	return storage;
}

enum record_status
record_read(struct record *record, const struct namespace *ns,
    const char *expected_text, struct failure *failure)
{
	enum record_status status;

	memset(record, 0, sizeof(*record));
	if (slurp(record, ns, &status, failure) == NULL)
		return status;
	if (parse(record, expected_text))
		return RECORD_FOUND;
	record_free(record);
	return RECORD_GARBLED;
}

void
record_free(struct record *record)
{
	if (record->storage != record->inline_storage)
		free(record->storage);
	record->storage = NULL;
}

/* The line of a derived namespace text that names the machine, if any. */
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

static const char temporary_prefix[] = NAMESPACE_RECORD ".";

bool
record_is_temporary_name(const char *name)
{
	const size_t length = sizeof(temporary_prefix) - 1;

	return strncmp(name, temporary_prefix, length) == 0 &&
	    name[length] != '\0' &&
	    name[length + strspn(name + length, "0123456789")] == '\0';
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

static int
write_all(int fd, const char *bytes, size_t length)
{
	ssize_t written;

	while (length > 0) {
		written = write(fd, bytes, length);
		if (written == -1 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

/* One temporary name for each process: two may write at once. */
static int
write_and_rename(const struct namespace *ns, const struct text *text)
{
	char temporary[64];
	int fd, result, saved_errno;

	(void)snprintf(temporary, sizeof(temporary), "%s%ld", temporary_prefix,
	    (long)getpid());
	(void)unlinkat(ns->fd, temporary, 0); /* of a pid's earlier life */
	fd = openat(ns->fd, temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	result = fchmod(fd, 0600);
	if (result == 0)
		result = write_all(fd, text->data, text->length);
	/* close(2) is where some file systems tell of a full disk. */
	if (close(fd) == -1)
		result = -1;
	if (result == 0)
		result = renameat(ns->fd, temporary, ns->fd, NAMESPACE_RECORD);
	if (result == -1) {
		saved_errno = errno;
		(void)unlinkat(ns->fd, temporary, 0);
		errno = saved_errno;
	}
	return result;
}

int
record_write(const struct record *record, const struct namespace *ns,
    struct failure *failure)
{
	struct text text;
	int result, tries = 0;

	text_init(&text);
	compose(&text, record);
	if (!text_ok(&text)) {
		text_free(&text);
		return failure_set(failure, FAILURE_MEMORY, "write", ns->path,
		    NAMESPACE_RECORD);
	}
	/* ENOENT: somebody swept it away, who thought it old enough. */
	do
		result = write_and_rename(ns, &text);
	while (result == -1 && errno == ENOENT && ++tries < WRITE_TRIES);
	if (result == -1)
		(void)failure_set(failure, FAILURE_SYSTEM, "write", ns->path,
		    NAMESPACE_RECORD);
	text_free(&text);
	return result;
}
