/*
 * Feeds bytes to the reader of records: as a file, and as the values of a
 * record that is written and must be read as it was.
 */
#include "fuzz.h"
#include "namespace/record.h"

/* The folder of a namespace, as far as a record needs one. */
static struct namespace *
the_namespace(void)
{
	static struct namespace ns = {.fd = -1};

	if (ns.fd == -1) {
		ns.fd = open(fuzz_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ns.owner = geteuid();
	}
	check(ns.fd != -1, "the folder can be opened");
	return &ns;
}

static int
are_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_equal(const struct record *a, const struct record *b)
{
	check(are_same(a->text, b->text), "the same text");
	check(are_same(a->destination, b->destination), "destination");
	check(are_same(a->user, b->user), "user");
	check(are_same(a->hostname, b->hostname), "host name");
	check(are_same(a->port, b->port), "port");
	check(are_same(a->jump, b->jump), "jump");
	check(are_same(a->machine, b->machine), "machine");
	check(are_same(a->made, b->made), "time");
	check(are_same(a->host_key_alias, b->host_key_alias), "alias");
	check(are_same(a->plain_reason, b->plain_reason), "policy");
	check(a->asks == b->asks, "wishes");
	check(a->cannot_hold_sockets == b->cannot_hold_sockets, "sockets");
}

/* Written, a record is read as it was, and as that of no other text. */
static void
write_and_read(const struct record *record)
{
	struct failure failure;
	struct record again;
	char *other = malloc(strlen(record->text) + 2);

	check(other != NULL, "there is memory");
	(void)sprintf(other, "%sx", record->text);
	check(record_write(record, the_namespace(), &failure) == 0,
	    "a record can be written");
	check(record_read(&again, the_namespace(), record->text, &failure) ==
		RECORD_FOUND,
	    "what is written is found");
	check_equal(record, &again);
	(void)record_is_of_another_machine(&again);
	record_free(&again);
	check(record_read(&again, the_namespace(), other, &failure) ==
		RECORD_GARBLED,
	    "it is not that of another text");
	free(other);
}

static void
read_bytes(const uint8_t *data, size_t size)
{
	struct failure failure;
	struct record record;

	fuzz_write_file(the_namespace()->fd, NAMESPACE_RECORD, data, size);
	switch (record_read(&record, the_namespace(), NULL, &failure)) {
	case RECORD_FOUND:
		check(record.text != NULL, "a record has a text");
		check(record.plain_reason == NULL ||
			record.plain_reason[0] != '\0',
		    "there is a reason for plain");
		check(memchr(data, '\0', size) == NULL, "no NUL is in it");
		write_and_read(&record);
		record_free(&record);
		break;
	case RECORD_GARBLED:
		break;
	default:
		check(0, "it can be read");
	}
}

/* The first byte tells which values are there, the second the rest. */
static void
write_values(const uint8_t *data, size_t size)
{
	struct record record = {0};
	const char **values[] = {&record.destination, &record.user,
	    &record.hostname, &record.port, &record.jump, &record.machine,
	    &record.made, &record.host_key_alias, &record.plain_reason};
	char *strings[10];
	unsigned int there;
	size_t i;

	if (size < 2)
		return;
	there = data[0];
	record.asks = data[1] & 15;
	record.cannot_hold_sockets = (data[1] & 16) != 0;
	if ((data[1] & 32) != 0)
		there |= 256;
	data += 2;
	size -= 2;
	for (i = 0; i < 10; i++)
		strings[i] = fuzz_next_string(&data, &size);
	record.text = strings[9] != NULL ? strings[9] : "";
	for (i = 0; i < 9; i++)
		if ((there & 1U << i) != 0)
			*values[i] = strings[i];
	/* An empty reason is none that could be told. */
	if (record.plain_reason != NULL && record.plain_reason[0] == '\0')
		record.plain_reason = NULL;
	write_and_read(&record);
	for (i = 0; i < 10; i++)
		free(strings[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_bytes(data, size);
	write_values(data, size);
	return 0;
}
