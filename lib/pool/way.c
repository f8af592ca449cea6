#include "pool/way.h"

#include "base/facts.h"
#include "base/fileid.h"
#include "pool/answer.h"
#include "pool/login.h"
#include "ssh/sshkerberos.h"
#include "ssh/sshprogram.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JUMPS_MAX = 8, JUMP_MAX = 512 };

static void
doubt(struct way *way, const char *why)
{
	if (way->doubt == NULL)
		way->doubt = why;
}

/*
 * Adds everything on which the connection to this host depends. See way_add().
 */
static int
describe_jump(struct way *way, struct text *text, const struct sshargs *args,
    const struct endpoint *endpoint)
{
	const struct answer_request request = {
	    .root = way->root,
	    .endpoint = endpoint,
	    .look_only = way->look_only,
	    .asking = {.ssh = way->ssh,
		.home = way->home,
		.args = args,
		.timeout_ms = way->timeout_ms},
	};
	struct answer answer;
	int result;

	text_add_bytes(
	    text, endpoint->shared_text.data, endpoint->shared_text.length);
	if ((result = answer_get(&answer, &request)) != 0) {
		if (result == 1)
			doubt(way, "ssh rejects a host on the way");
		return result == 1 ? 0 : -1;
	}
	if (endpoint->config.is_dynamic)
		facts_add(text, FACT_RESOLVED, NULL, answer.digest);
	result = way_add(way, text, args, &answer.said);
	answer_free(&answer);
	return result;
}

/* Only a digest of the jump host or program is written. */
static int
add_described(struct way *way, struct text *text, const struct sshargs *args,
    const struct endpoint *endpoint)
{
	struct text jump;
	int result;

	text_init(&jump);
	facts_add(&jump, FACT_JUMP, NULL, args->destination);
	result = describe_jump(way, &jump, args, endpoint);
	if (text_ok(&jump))
		facts_add_secret(
		    text, FACT_JUMP, NULL, jump.data, jump.length, NULL);
	else
		text->failed = true;
	text_free(&jump);
	return result;
}

/*
 * The next host, for which ssh is run with these words. See way_add(); 1 if the
 * words are not understood.
 */
static int
add_jump(struct way *way, struct text *text, int count, char *const words[])
{
	const struct endpoint_origin origin = {
	    .ssh = way->ssh, .home = way->home};
	struct endpoint endpoint;
	struct sshargs args;
	int result = 0, saved_errno;

	if (++way->jumps > JUMPS_MAX) {
		doubt(way, "the way leads through too many hosts");
		return 0;
	}
	if (sshargs_read(&args, count, words) == -1)
		return -1;
	if (args.status != SSHARGS_OK) {
		result = 1;
	} else if ((result = endpoint_describe(&endpoint, &args, &origin)) ==
	    0) {
		if (endpoint.config.doubt != NULL)
			doubt(way, endpoint.config.doubt);
		else if (endpoint.plain_reason != NULL)
			result = 1;
		else
			result = add_described(way, text, &args, &endpoint);
		saved_errno = errno;
		endpoint_free(&endpoint);
		errno = saved_errno;
	}
	sshargs_free(&args);
	return result;
}

/* -F of the command line, which ssh passes on to jump hosts. */
static const char *
config_file_of(const struct sshargs *args)
{
	const char *file = NULL;
	size_t i;

	for (i = 0; i < args->option_count; i++)
		if (args->options[i].flag == 'F')
			file = args->options[i].value;
	return file;
}

/*
 * ProxyJump: ssh connects to the last host of the list through those before.
 * The words are those that ssh would run.
 */
static int
add_proxy_jump(struct way *way, struct text *text, const struct sshargs *args,
    const char *list)
{
	char before[JUMP_MAX], destination[JUMP_MAX + 8];
	char *words[8];
	const char *last = strrchr(list, ','), *file = config_file_of(args);
	int count = 0, result;

	if (strlen(list) >= sizeof(before)) {
		doubt(way, "ProxyJump names too many hosts");
		return 0;
	}
	words[count++] = (char *)"ssh";
	if (last != NULL) {
		(void)snprintf(
		    before, sizeof(before), "%.*s", (int)(last - list), list);
		words[count++] = (char *)"-J";
		words[count++] = before;
	}
	if (file != NULL) {
		words[count++] = (char *)"-F";
		words[count++] = (char *)file;
	}
	last = last != NULL ? last + 1 : list;
	(void)snprintf(destination, sizeof(destination), "%s%s",
	    strncmp(last, "ssh://", 6) == 0 ? "" : "ssh://", last);
	words[count++] = destination;
	words[count] = NULL;
	if ((result = add_jump(way, text, count, words)) != 1)
		return result;
	doubt(way, "a host on the way is more than ssh-fast reads");
	return 0;
}

/*
 * Replaces %h, %n, %p and %r in all words but that of -W. False for other
 * tokens.
 */
static bool
expand_words(struct sshprogram *program, const struct resolution *said,
    const struct sshargs *args, char *storage, size_t size)
{
	size_t used = 0;
	int i;

	for (i = 0; i < program->word_count; i++) {
		const char *from = program->words[i], *value;
		char *to = storage + used;

		if (strchr(from, '%') == NULL || strcmp(from, "%h:%p") == 0 ||
		    strcmp(from, "[%h]:%p") == 0 || strncmp(from, "-W", 2) == 0)
			continue;
		program->words[i] = to;
		for (; *from != '\0'; from++) {
			char one[2] = {*from, '\0'};

			value = one;
			if (*from == '%') {
				from++;
				value = *from == 'h' ? said->hostname
				    : *from == 'n'   ? args->host
				    : *from == 'p'   ? said->port
				    : *from == 'r'   ? said->user
						     : NULL;
			}
			if (value == NULL || used + strlen(value) + 1 >= size)
				return false;
			memcpy(storage + used, value, strlen(value));
			used += strlen(value);
		}
		storage[used++] = '\0';
	}
	return true;
}

static void
add_any_program(struct way *way, struct text *text, const struct sshargs *args,
    const struct resolution *said, const struct sshprogram *program)
{
	const struct login_request keys = {.args = args,
	    .said = said,
	    .home = way->home,
	    .root = way->root,
	    .look_only = way->look_only,
	    .all_agent_keys = true};
	uint64_t ignored = way->valid_until;
	struct text all;

	way->needs_folder = true;
	sshprogram_add(text, program);
	/* It may be a script that runs ssh. */
	text_init(&all);
	(void)login_add(&all, &keys, &ignored);
	text_add_bytes(text, all.data, all.length);
	if (!text_ok(&all))
		text->failed = true;
	text_free(&all);
}

static int
add_program(struct way *way, struct text *text, const struct sshargs *args,
    const struct resolution *said, enum fact_kind kind, const char *command)
{
	struct sshprogram program;
	char storage[2048];
	int result = 1;

	facts_add_secret(text, kind, NULL, command, strlen(command), NULL);
	sshprogram_read(&program, command);
	if (program.kind == SSHPROGRAM_KNOWN) {
		sshprogram_add(text, &program);
		return 0;
	}
	if (program.kind == SSHPROGRAM_JUMP &&
	    expand_words(&program, said, args, storage, sizeof(storage))) {
		sshprogram_add(text, &program);
		result = add_jump(way, text, program.word_count, program.words);
	}
	if (result != 1)
		return result;
	program.kind = SSHPROGRAM_ANY;
	add_any_program(way, text, args, said, &program);
	return 0;
}

/*
 * A key library depends on the same things as any program. Only the library
 * knows the content of its token.
 */
static void
add_library(
    struct way *way, struct text *text, enum fact_kind kind, const char *path)
{
	/* The setting can be a variable with the path. */
	if (path != NULL && path[0] == '$')
		path = getenv(path + 1);
	if (path == NULL || strcmp(path, "internal") == 0)
		return;
	way->needs_folder = true;
	facts_add_secret(text, kind, NULL, path, strlen(path), NULL);
	sshprogram_add_any(text, path);
}

int
way_add(struct way *way, struct text *text, const struct sshargs *args,
    const struct resolution *said)
{
	const struct login_request keys = {.args = args,
	    .said = said,
	    .home = way->home,
	    .root = way->root,
	    .look_only = way->look_only};
	const char *why = login_add(text, &keys, &way->valid_until);
	int result = 0;

	if (why != NULL)
		doubt(way, why);
	if (said->uses_kerberos)
		sshkerberos_add(text);
	add_library(way, text, FACT_TOKENS, said->pkcs11_provider);
	add_library(way, text, FACT_SECURITY_KEYS, said->security_key_provider);
	if (said->known_hosts_command != NULL)
		result = add_program(way, text, args, said,
		    FACT_KNOWN_HOSTS_COMMAND, said->known_hosts_command);
	if (result == 0 && said->proxy_command != NULL)
		result = add_program(way, text, args, said, FACT_PROXY_COMMAND,
		    said->proxy_command);
	if (result == 0 && said->proxy_jump != NULL)
		result = add_proxy_jump(way, text, args, said->proxy_jump);
	return result;
}

void
way_add_forwarded(struct text *text, const struct resolution *said)
{
	const char *agent = said->forward_agent, *file, *home;
	char path[PATH_MAX], id[FILEID_SIZE];

	/* "yes", a path, or a variable with a path. */
	if (agent != NULL && strcmp(agent, "yes") == 0)
		agent = login_agent(said);
	else if (agent != NULL && agent[0] == '$')
		agent = getenv(agent + 1);
	if (agent != NULL)
		facts_add_secret(
		    text, FACT_AGENT, NULL, agent, strlen(agent), NULL);
	if (!said->forwards_x11)
		return;
	facts_add(text, FACT_DISPLAY, NULL, getenv("DISPLAY"));
	if ((file = getenv("XAUTHORITY")) == NULL || file[0] == '\0') {
		home = getenv("HOME");
		(void)snprintf(path, sizeof(path), "%s/.Xauthority",
		    home != NULL ? home : "");
		file = path;
	}
	(void)fileid_look(id, file);
	facts_add(text, FACT_AUTHORITY, NULL, id);
}
