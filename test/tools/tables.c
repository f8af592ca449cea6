/*
 * Tables of what the parsers of the library take and what they make of it. A
 * line for each row that is wrong; then 1. Without any, 0 and how many rows
 * there are.
 *
 * A new row goes into the table of its parser.
 */
#include "base/duration.h"
#include "base/number.h"
#include "base/text.h"
#include "lease/holder.h"
#include "mux/mux.h"
#include "namespace/namespace.h"
#include "ssh/sshargs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NOTHING = -1, COUNT_MAX = 16 };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned int rows, wrong;

static void
expect(const char *table, const char *input, long long got, long long wanted)
{
	rows++;
	if (got == wanted)
		return;
	wrong++;
	printf("%s \"%s\": %lld, not %lld\n", table, input, got, wanted);
}

static void
try_numbers(void)
{
	static const struct {
		const char *text;
		int minimum, maximum, wanted;
	} table[] = {{"0", 0, 9, 0}, {"9", 0, 9, 9}, {"10", 0, 9, NOTHING},
	    {"007", 0, 9, 7}, {"4", 5, 9, NOTHING}, {"+5", 0, 9, NOTHING},
	    {"-5", 0, 9, NOTHING}, {" 5", 0, 9, NOTHING}, {"5 ", 0, 9, NOTHING},
	    {"", 0, 9, NOTHING}, {"0x5", 0, 9, NOTHING}, {"5s", 0, 9, NOTHING},
	    {"2147483647", 0, 2147483647, 2147483647},
	    {"2147483648", 0, 2147483647, NOTHING},
	    {"18446744073709551621", 0, 9, NOTHING}};
	size_t i;
	int number;

	for (i = 0; i < COUNT(table); i++) {
		number = NOTHING;
		if (!number_read(table[i].text, table[i].minimum,
			table[i].maximum, &number) &&
		    number != NOTHING)
			number = -2;
		expect("number", table[i].text, number, table[i].wanted);
	}
}

static void
try_durations(void)
{
	static const struct {
		const char *text;
		int seconds, ms;
	} table[] = {{"90", 90, 90}, {"10m", 600, 600000},
	    {"2H", 7200, 7200000}, {"1h30m", 5400, 5400000},
	    {"1d", 86400, 86400000}, {"1w", 604800, 604800000},
	    {"500ms", NOTHING, 500}, {"2s", 2, 2000}, {"+5", NOTHING, NOTHING},
	    {"-5", NOTHING, NOTHING}, {"", NOTHING, NOTHING},
	    {"5x", NOTHING, NOTHING}, {"h", NOTHING, NOTHING},
	    {"1.5h", NOTHING, NOTHING}, {"99999999999w", NOTHING, NOTHING}};
	size_t i;
	int number;

	for (i = 0; i < COUNT(table); i++) {
		number = NOTHING;
		(void)duration_read(table[i].text, 0, 2147483647, &number);
		expect("seconds", table[i].text, number, table[i].seconds);
		number = NOTHING;
		(void)duration_read_ms(table[i].text, 0, 2147483647, &number);
		expect("milliseconds", table[i].text, number, table[i].ms);
	}
}

static void
try_names(void)
{
	static const struct {
		const char *name;
		bool is_lease, is_trial;
	} table[] = {{"sAZaz09-_abc", true, false},
	    {"tAZaz09-_abc", false, true}, {"tAZaz09-_abc.link", false, true},
	    {"sAZaz09-_ab", false, false}, {"sAZaz09-_abcd", false, false},
	    {"sAZaz09-_ab+", false, false}, {"sAZaz09-_abc.link", false, false},
	    {"", false, false}, {"..", false, false}};
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		expect("lease name", table[i].name,
		    namespace_is_lease_name(table[i].name), table[i].is_lease);
		expect("trial name", table[i].name,
		    namespace_is_trial_name(table[i].name), table[i].is_trial);
	}
}

/* What is escaped comes back as it was, and stays on its line. */
static void
try_escapes(void)
{
	static const char *const table[] = {
	    "", "plain", "a\\b", "a\nb", "\x01\x7f\t", "\\x41", "\xc3\xa9\xff"};
	struct text text;
	char copy[64];
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		text_init(&text);
		text_add_escaped(&text, table[i]);
		(void)snprintf(copy, sizeof(copy), "%s", text.data);
		expect("one line", table[i], strchr(copy, '\n') != NULL, false);
		expect("escape", table[i],
		    text_unescape(copy) && strcmp(copy, table[i]) == 0, true);
		text_free(&text);
	}
}

static void
try_arguments(void)
{
	static const struct {
		const char *line; /* words with a blank between them */
		enum sshargs_status status;
		int options, command; /* the word that the command begins at */
		const char *user, *host, *port;
	} table[] = {{"host", SSHARGS_OK, 0, 2, NULL, "host", NULL},
	    {"u@host ls -l", SSHARGS_OK, 0, 2, "u", "host", NULL},
	    {"a@b@host", SSHARGS_OK, 0, 2, "a@b", "host", NULL},
	    {"ssh://u@host:22", SSHARGS_OK, 0, 2, "u", "host", "22"},
	    {"-p 22 host", SSHARGS_OK, 1, 4, NULL, "host", NULL},
	    {"-p22 -vT host", SSHARGS_OK, 3, 4, NULL, "host", NULL},
	    {"host -t -- -x", SSHARGS_OK, 1, 4, NULL, "host", NULL},
	    {"-- host -t", SSHARGS_OK, 0, 3, NULL, "host", NULL},
	    {"-v", SSHARGS_NO_DESTINATION, 1, 2, NULL, NULL, NULL},
	    {"-p", SSHARGS_BAD, NOTHING, NOTHING, NULL, NULL, NULL},
	    {"-! host", SSHARGS_BAD, NOTHING, NOTHING, NULL, NULL, NULL}};
	char line[64], *argv[COUNT_MAX], *next;
	struct sshargs args;
	size_t i;
	int argc;

	for (i = 0; i < COUNT(table); i++) {
		(void)snprintf(line, sizeof(line), "ssh %s", table[i].line);
		argc = 0;
		for (next = strtok(line, " "); next != NULL;
		     next = strtok(NULL, " "))
			argv[argc++] = next;
		argv[argc] = NULL;
		if (sshargs_read(&args, argc, argv) == -1)
			continue;
		expect(
		    "arguments", table[i].line, args.status, table[i].status);
		if (table[i].status == SSHARGS_OK) {
			expect("options of", table[i].line,
			    (long long)args.option_count, table[i].options);
			expect("command of", table[i].line, args.command_index,
			    table[i].command);
			expect("host of", table[i].line,
			    strcmp(args.host, table[i].host), 0);
			expect("user of", table[i].line,
			    table[i].user == NULL
				? args.user != NULL
				: strcmp(args.user, table[i].user),
			    0);
			expect("port of", table[i].line,
			    table[i].port == NULL
				? args.port != NULL
				: strcmp(args.port, table[i].port),
			    0);
		}
		sshargs_free(&args);
	}
}

static void
try_holders(void)
{
	static const struct {
		const char *line;
		enum holder_kind kind;
		pid_t pid;
	} table[] = {{"pid 17 since 5 space 9 ", HOLDER_PROCESS, 17},
	    {"hung ", HOLDER_HUNG, 0}, {"free ", HOLDER_RELEASED, 0},
	    {"", HOLDER_NONE, 0}, {"pid ", HOLDER_NONE, 0},
	    {"pid -1 since 5 space 9 ", HOLDER_NONE, 0},
	    {"pid 0 since 5 space 9 ", HOLDER_NONE, 0},
	    {"pid 17 since x space 9 ", HOLDER_NONE, 0},
	    {"PID 17 since 5 space 9 ", HOLDER_NONE, 0}};
	FILE *file;
	struct holder holder;
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		if ((file = tmpfile()) == NULL)
			continue;
		fprintf(file, "%-79s\n", table[i].line);
		fflush(file);
		memset(&holder, 0, sizeof(holder));
		holder_read(fileno(file), &holder);
		expect("holder", table[i].line, holder.kind, table[i].kind);
		if (table[i].kind == HOLDER_PROCESS)
			expect("holder's pid", table[i].line, holder.pid,
			    table[i].pid);
		fclose(file);
	}
}

/* A master says hello, version 4, and that it lives, with pid 77. */
static const unsigned char alive[] = {0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0,
    0, 12, 0x80, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 77};

static void
try_replies(void)
{
	static const struct {
		const char *what;
		int at; /* this byte is another one; NOTHING: none is */
		unsigned char byte;
		enum mux_reply wanted;
	} table[] = {{"as it should be", NOTHING, 0, MUX_DONE},
	    {"a hello of 7 bytes", 3, 7, MUX_UNEXPECTED},
	    {"a hello without end", 0, 1, MUX_UNEXPECTED},
	    {"no hello", 7, 2, MUX_UNEXPECTED},
	    {"version 5", 11, 5, MUX_UNEXPECTED},
	    {"an answer of 13 bytes", 15, 13, MUX_UNEXPECTED},
	    {"another answer", 19, 6, MUX_UNEXPECTED}};
	unsigned char bytes[sizeof(alive) + 1];
	uint32_t number;
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		memcpy(bytes, alive, sizeof(alive));
		if (table[i].at != NOTHING)
			bytes[table[i].at] = table[i].byte;
		expect("reply", table[i].what,
		    mux_parse(MUX_ALIVE_CHECK, bytes, sizeof(alive), &number),
		    table[i].wanted);
		if (table[i].wanted == MUX_DONE)
			expect("pid", table[i].what, number, 77);
	}
	/* Cut anywhere it is incomplete; with a byte more it is no reply. */
	for (i = 0; i < sizeof(alive); i++)
		expect("reply", "cut short",
		    mux_parse(MUX_ALIVE_CHECK, alive, i, &number),
		    MUX_INCOMPLETE);
	expect("reply", "a byte more",
	    mux_parse(MUX_ALIVE_CHECK, bytes, sizeof(bytes), &number),
	    MUX_UNEXPECTED);
}

int
main(void)
{
	try_numbers();
	try_durations();
	try_names();
	try_escapes();
	try_arguments();
	try_holders();
	try_replies();
	printf("%u rows, %u wrong\n", rows, wrong);
	return wrong == 0 ? 0 : 1;
}
