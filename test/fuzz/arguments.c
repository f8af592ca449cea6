/*
 * Feeds words to all that reads a command line: the parts of the input, each
 * ended by a NUL, are what ssh -G says of a session, and then the words. What
 * ssh's own loop around getopt(3) finds in them is what has to be found.
 */
#define _GNU_SOURCE /* getopt(3)'s "+" */
#include "fuzz.h"
#include "pool/endpoint.h"
#include "ssh/sshargs.h"
#include "ssh/sshsession.h"
#include "ssh/sshsettings.h"

#include <getopt.h>

enum { WORDS_MAX = 64 };

struct line {
	int argc;
	char *argv[WORDS_MAX + 2];
};

/* ssh's, with -P as it was before 9.4. */
static const char ssh_options[] =
    "+1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:PQ:R:S:TVw:W:XYy";

static int
is_word(const struct line *line, const char *string)
{
	int i;

	for (i = 1; i < line->argc; i++)
		if (line->argv[i] == string)
			return 1;
	return 0;
}

static int
is_in_a_word(const struct line *line, const char *string)
{
	int i;

	for (i = 1; i < line->argc; i++)
		if (string >= line->argv[i] &&
		    string <= line->argv[i] + strlen(line->argv[i]))
			return 1;
	return 0;
}

/* A round of getopt, from the word before argv[first]; -1 for a bad option. */
static int
check_options(
    const struct sshargs *args, size_t *option, int argc, char *argv[])
{
	int flag;

	optind = 0; /* from the beginning, says glibc's */
	opterr = 0;
	while ((flag = getopt(argc, argv, ssh_options)) != -1) {
		if (flag == '?')
			return -1;
		check(*option < args->option_count, "no option is missed");
		check(args->options[*option].flag == flag, "it is that one");
		if (strchr(ssh_options, flag)[1] == ':')
			check(args->options[*option].value == optarg,
			    "with its value");
		else
			check(args->options[*option].value == NULL,
			    "it has no value");
		(*option)++;
	}
	return optind;
}

/* As ssh's main() goes about it. */
static void
check_against_getopt(const struct sshargs *args, struct line *line)
{
	size_t option = 0;
	int host, index, is_terminated;

	host = check_options(args, &option, line->argc, line->argv);
	if (host == -1) {
		check(args->status == SSHARGS_BAD, "ssh finds an error");
		return;
	}
	if (host >= line->argc) {
		check(args->status == SSHARGS_NO_DESTINATION,
		    "ssh finds no destination");
		return;
	}
	check(args->destination == line->argv[host], "ssh goes there");
	check(args->options_before_destination == option,
	    "these options come first");
	if (args->host == NULL || args->status != SSHARGS_OK)
		return;
	is_terminated = host > 1 && strcmp(line->argv[host - 1], "--") == 0;
	index = host + 1;
	if (!is_terminated && index < line->argc) {
		index = check_options(
		    args, &option, line->argc - host, line->argv + host);
		check(index != -1, "ssh finds no error");
		index += host;
	}
	check(args->command_index == index, "ssh finds the command there");
	check(args->option_count == option, "and no more options");
}

static void
check_parts(const struct sshargs *args, const struct line *line)
{
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		check(is_in_a_word(line, args->options[i].letter) &&
			*args->options[i].letter == args->options[i].flag,
		    "an option is in a word");
		check(args->options[i].value == NULL ||
			is_in_a_word(line, args->options[i].value),
		    "and its value");
	}
	check(args->storage_used <= sizeof(args->storage), "it has room");
	if (args->destination != NULL)
		check(is_word(line, args->destination), "it is a word");
	if (args->status != SSHARGS_OK)
		return;
	check(args->host != NULL && args->host[0] != '\0', "there is a host");
	check(args->command_index > 1 && args->command_index <= line->argc,
	    "the command is behind the host");
	check(args->has_command == (args->command_index < line->argc),
	    "it is there or not");
}

static void
describe(struct endpoint *endpoint, const struct sshargs *args)
{
	static const struct endpoint_origin origin = {
	    .ssh = "/usr/bin/ssh", .home = "/nonexistent"};

	check(
	    endpoint_describe(endpoint, args, &origin) == 0, "there is memory");
	check(
	    endpoint->plain_reason != NULL || endpoint->shared_text.length > 0,
	    "it is plain, or has a text");
	check(
	    strlen(endpoint->shared_text.data) == endpoint->shared_text.length,
	    "the text is a string");
}

static int
are_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* -q in front concerns the session alone: it stays the same connection. */
static void
describe_with_one_more(const struct endpoint *endpoint, const struct line *line)
{
	struct line longer = {.argc = line->argc + 1};
	struct endpoint other;
	struct sshargs args;
	char quiet[] = "-q";

	longer.argv[0] = line->argv[0];
	longer.argv[1] = quiet;
	memcpy(longer.argv + 2, line->argv + 1,
	    (size_t)(line->argc - 1) * sizeof(line->argv[0]));
	check(sshargs_read(&args, longer.argc, longer.argv) == 0,
	    "there is memory");
	check(args.status == SSHARGS_OK, "it is as good as it was");
	describe(&other, &args);
	check(are_same(endpoint->plain_reason, other.plain_reason),
	    "it is as plain");
	check(are_same(endpoint->shared_text.data, other.shared_text.data) &&
		are_same(endpoint->restrictions_text.data,
		    other.restrictions_text.data),
	    "it is the same connection");
	endpoint_free(&other);
	sshargs_free(&args);
}

static void
count_variable(void *argument, const char *variable)
{
	*(size_t *)argument += strlen(variable);
}

static void
read_session(const struct sshargs *args, struct line *line, char *settings)
{
	struct sshsession session;
	size_t length = 0;
	bool is_refused;

	sshsession_read(&session, args, line->argc, line->argv, settings);
	check(!sshsession_wants_tty(&session, true, &is_refused) || !is_refused,
	    "a terminal is had or refused");
	check(
	    !sshsession_wants_tty(&session, false, &is_refused) || !is_refused,
	    "also where standard input is none");
	check(sshsettings_term(session.settings) != NULL, "TERM is never null");
	sshsettings_variables(session.settings, count_variable, &length);
}

static void
read_line(struct line *line, char *settings)
{
	struct endpoint endpoint;
	struct sshargs args;

	check(sshargs_read(&args, line->argc, line->argv) == 0,
	    "there is memory");
	check_parts(&args, line);
	check_against_getopt(&args, line);
	(void)sshoption_plain_reason(&args);
	if (args.status == SSHARGS_OK) {
		describe(&endpoint, &args);
		describe_with_one_more(&endpoint, line);
		endpoint_free(&endpoint);
		if (settings != NULL)
			read_session(&args, line, settings);
	}
	sshargs_free(&args);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "ssh-fast", *copies[WORDS_MAX + 1];
	char *settings = fuzz_next_string(&data, &size);
	struct line line = {.argc = 1, .argv = {name}};
	int i;

	while (line.argc <= WORDS_MAX &&
	    (line.argv[line.argc] = fuzz_next_string(&data, &size)) != NULL) {
		copies[line.argc] = strdup(line.argv[line.argc]);
		check(copies[line.argc] != NULL, "there is memory");
		line.argc++;
	}
	line.argv[line.argc] = NULL;
	read_line(&line, settings);
	for (i = 1; i < line.argc; i++) {
		check(strcmp(line.argv[i], copies[i]) == 0,
		    "words stay as they are");
		free(line.argv[i]);
		free(copies[i]);
	}
	free(settings);
	return 0;
}
