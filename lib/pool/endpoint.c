#include "pool/endpoint.h"

#include "pool/keyfiles.h"
#include "pool/origin.h"
#include "ssh/sshoption.h"
#include "ssh/sshreference.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* A command line on its way into an endpoint. */
struct reading {
	struct endpoint *endpoint;
	const struct sshargs *args;
	const struct endpoint_origin *origin;
	struct text options; /* the lines of what shapes the connection */
	/* Which key it is that a file holds counts elsewhere (login.h); that
	 * any is named counts here, since ssh has no defaults then. */
	bool names_keys, names_certificates;
	const char *config_file; /* of the last -F, or null */
	unsigned int asks; /* CARRIES_ bits that the command line asks for */
};

/* What the command line itself asks for, beside its restrictions. */
static unsigned int
asked_by_command_line(const struct sshargs *args)
{
	struct sshoption meaning;
	unsigned int asked = 0;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		sshoption_read(&meaning, &args->options[i]);
		if (meaning.effect != SSHOPTION_SHAPES)
			continue;
		if (args->options[i].flag == 'A' ||
		    strcmp(meaning.keyword, "forwardagent") == 0)
			asked |= CARRIES_AGENT;
		if (args->options[i].flag == 'X' ||
		    args->options[i].flag == 'Y' ||
		    strcmp(meaning.keyword, "forwardx11") == 0)
			asked |= CARRIES_X11;
		if (strcmp(meaning.keyword, "permitlocalcommand") == 0 ||
		    strcmp(meaning.keyword, "localcommand") == 0)
			asked |= CARRIES_LOCAL_COMMAND;
	}
	return asked;
}

/* "option: -J host" or "option: keyword value". */
static void
add_option(struct text *text, const struct sshargs_option *option,
    const struct sshoption *meaning)
{
	struct text line;
	char storage[512];

	text_init_in(&line, storage, sizeof(storage));
	text_add(&line,
	    meaning->keyword[0] != '\0' ? meaning->keyword
					: sshargs_flag_word(option->flag));
	if (meaning->value != NULL) {
		text_add(&line, " ");
		text_add_bytes(&line, meaning->value, meaning->value_length);
	}
	text_add_line(text, "option", line.data);
	if (!text_ok(&line))
		text->failed = true;
	text_free(&line);
}

static void
take_first(const char **setting, const char *value)
{
	if (*setting == NULL)
		*setting = value;
}

/*
 * Sorts one option into the endpoint, or into the lines of what shapes the
 * connection. Of users and ports ssh takes the first that it meets, of -F the
 * last.
 */
static void
read_option(struct reading *reading, const struct sshargs_option *option)
{
	struct endpoint *endpoint = reading->endpoint;
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	/* Beside a request for the same thing a restriction is more. */
	if ((sshoption_restriction(meaning.effect) & reading->asks) != 0)
		meaning.effect = SSHOPTION_SHAPES;
	switch (meaning.effect) {
	case SSHOPTION_SESSION:
		break;
	case SSHOPTION_PLAIN:
		take_first(&endpoint->plain_reason, meaning.plain_reason);
		break;
	case SSHOPTION_VERBOSE:
		endpoint->is_verbose = true;
		break;
	case SSHOPTION_STDIO_FORWARD:
		endpoint->is_stdio_forward = true;
		break;
	case SSHOPTION_BACKGROUND:
		endpoint->in_background = true;
		break;
	case SSHOPTION_USER:
		take_first(&endpoint->user, meaning.value);
		break;
	case SSHOPTION_PORT:
		take_first(&endpoint->port, meaning.value);
		break;
	case SSHOPTION_CONFIG_FILE:
		reading->config_file = option->value;
		break;
	case SSHOPTION_NO_AGENT:
	case SSHOPTION_NO_X11:
	case SSHOPTION_NO_FORWARDINGS:
	case SSHOPTION_NO_LOCAL_COMMAND:
		endpoint->restrictions |= sshoption_restriction(meaning.effect);
		add_option(&endpoint->restrictions_text, option, &meaning);
		break;
	case SSHOPTION_KEY_FILE:
		reading->names_keys |= option->flag != 'i' ||
		    keyfiles_is_there(option->value, reading->origin->home);
		break;
	case SSHOPTION_CERTIFICATE_FILE:
		reading->names_certificates = true;
		break;
	case SSHOPTION_SHAPES:
		add_option(&reading->options, option, &meaning);
		break;
	}
}

/*
 * What an option refers to beyond its text: variables, and files that are
 * looked for from the working directory on.
 */
static void
note_references(struct sshconfig *config, const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	if (option->flag == 'o' && meaning.effect != SSHOPTION_SESSION &&
	    meaning.keyword[0] != '\0')
		sshreference_note(config, meaning.keyword, meaning.value,
		    meaning.value_length);
	/* The log that a master goes on writing to, and a PKCS#11 library. */
	if ((option->flag == 'E' || option->flag == 'I') &&
	    option->value != NULL && option->value[0] != '/')
		config->depends_on_folder = true;
}

static void
read_options(struct reading *reading)
{
	const struct sshargs *args = reading->args;
	struct endpoint *endpoint = reading->endpoint;
	size_t i;

	reading->asks = asked_by_command_line(args);
	for (i = 0; i < args->option_count; i++) {
		if (i == args->options_before_destination) {
			take_first(&endpoint->user, args->user);
			take_first(&endpoint->port, args->port);
		}
		read_option(reading, &args->options[i]);
	}
	take_first(&endpoint->user, args->user);
	take_first(&endpoint->port, args->port);
}

/* Not a part of what calls it, which is to have a small frame. */
static __attribute__((noinline)) void
add_folder(struct text *text)
{
	char folder[PATH_MAX];

	if (getcwd(folder, sizeof(folder)) != NULL)
		text_add_line(text, "folder", folder);
	else
		text_add(text, "folder: unknown\n");
}

/* What the configuration refers to outside of itself. */
static void
add_references(struct text *text, const struct sshconfig *config)
{
	text_add_bytes(text, config->variables.data, config->variables.length);
	if (config->depends_on_folder)
		add_folder(text);
}

static bool
has_option(const struct sshargs *args, char flag)
{
	size_t i;

	for (i = 0; i < args->option_count; i++)
		if (args->options[i].flag == flag)
			return true;
	return false;
}

/*
 * What -f puts into the background has to be a session, and one that needs no
 * terminal: the rest is ssh's to sort out.
 */
static void
check_background(struct endpoint *endpoint, const struct sshargs *args)
{
	if (!endpoint->in_background)
		return;
	if (!args->has_command)
		take_first(&endpoint->plain_reason, "-f without a command");
	if (has_option(args, 't') || endpoint->is_stdio_forward)
		take_first(&endpoint->plain_reason, "-f beside -t or -W");
}

/* Reads the configuration. 0, or -1 without memory. */
static int
read_config(const struct reading *reading)
{
	struct endpoint *endpoint = reading->endpoint;
	struct sshconfig *config = &endpoint->config;
	size_t i;

	if (sshconfig_read(
		config, reading->config_file, reading->origin->home) == -1)
		return -1;
	for (i = 0; i < reading->args->option_count; i++)
		note_references(config, &reading->args->options[i]);
	endpoint->plain_reason = config->doubt;
	/* ssh -G tells it for one pass and one outcome only. */
	if (config->mentions_no_control_path &&
	    (config->is_dynamic || config->has_second_pass))
		endpoint->plain_reason =
		    "whether ControlPath is none depends on more than text";
	return 0;
}

static void
compose(struct text *text, const struct reading *reading)
{
	const struct endpoint *endpoint = reading->endpoint;

	text_add_line(text, "destination", endpoint->host);
	text_add_line(text, "user", endpoint->user);
	text_add_line(text, "port", endpoint->port);
	origin_add_machine(text);
	text_add_line(text, "ssh", reading->origin->ssh);
	text_add_line(text, "config", endpoint->config.digest);
	add_references(text, &endpoint->config);
	if (reading->names_keys)
		text_add_line(text, "keys", "named");
	if (reading->names_certificates)
		text_add_line(text, "certificates", "named");
	text_add_bytes(text, reading->options.data, reading->options.length);
	if (!text_ok(&reading->options))
		text->failed = true;
}

/* -1 without memory. */
static int
describe(struct reading *reading)
{
	struct endpoint *endpoint = reading->endpoint;

	read_options(reading);
	check_background(endpoint, reading->args);
	endpoint->host = reading->args->host;
	if (endpoint->plain_reason != NULL)
		return 0;
	if (read_config(reading) == -1)
		return -1;
	compose(&endpoint->shared_text, reading);
	return text_ok(&endpoint->shared_text) &&
		text_ok(&endpoint->restrictions_text)
	    ? 0
	    : -1;
}

int
endpoint_describe(struct endpoint *endpoint, const struct sshargs *args,
    const struct endpoint_origin *origin)
{
	struct reading reading = {
	    .endpoint = endpoint, .args = args, .origin = origin};
	char storage[1024];
	int result;

	memset(endpoint, 0, sizeof(*endpoint));
	text_init_in(&endpoint->shared_text, endpoint->storage[0],
	    sizeof(endpoint->storage[0]));
	text_init_in(&endpoint->restrictions_text, endpoint->storage[1],
	    sizeof(endpoint->storage[1]));
	text_init(&endpoint->config.variables);
	text_init_in(&reading.options, storage, sizeof(storage));
	result = describe(&reading);
	text_free(&reading.options);
	if (result == -1) {
		endpoint_free(endpoint);
		errno = ENOMEM;
	}
	return result;
}

void
endpoint_free(struct endpoint *endpoint)
{
	text_free(&endpoint->shared_text);
	text_free(&endpoint->restrictions_text);
	sshconfig_free(&endpoint->config);
}
