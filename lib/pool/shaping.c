#include "pool/shaping.h"

#include "base/facts.h"
#include "pool/keyfiles.h"
#include "ssh/sshreference.h"

#include <string.h>

/* The features of the command line itself, without its restrictions. */
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

/*
 * "flag -c: value" or "option KEYWORD: value". A digest replaces a value that
 * may be a secret, names another host or program, or is not understood.
 */
static void
add_option(struct text *facts, const struct sshargs_option *option,
    const struct sshoption *meaning, struct text *sealing)
{
	bool is_flag = option->flag != 'o';
	enum fact_kind kind = is_flag ? FACT_FLAG : FACT_OPTION;
	const char *name = is_flag	  ? sshargs_flag_word(option->flag)
	    : meaning->keyword[0] != '\0' ? meaning->keyword
					  : NULL;
	const char *value = meaning->value != NULL ? meaning->value : "";

	if (sshoption_is_secret(option, meaning))
		facts_add_secret(
		    facts, kind, name, value, meaning->value_length, sealing);
	else
		facts_add_bytes(
		    facts, kind, name, value, meaning->value_length);
}

static void
take_first(const char **setting, const char *value)
{
	if (*setting == NULL)
		*setting = value;
}

/*
 * Puts one option into the endpoint, or into the lines that affect the
 * connection. For ssh the first user and port count, and the last -F.
 */
static void
read_option(struct shaping *shaping, const struct sshargs_option *option)
{
	struct endpoint *endpoint = shaping->endpoint;
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	/*
	 * Together with the feature itself, a restriction has its own meaning.
	 */
	if ((sshoption_restriction(meaning.effect) & shaping->asks) != 0)
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
		shaping->config_file = option->value;
		break;
	case SSHOPTION_NO_AGENT:
	case SSHOPTION_NO_X11:
	case SSHOPTION_NO_FORWARDINGS:
	case SSHOPTION_NO_LOCAL_COMMAND:
		endpoint->restrictions |= sshoption_restriction(meaning.effect);
		add_option(&endpoint->restrictions_text, option, &meaning,
		    &endpoint->sealing);
		break;
	case SSHOPTION_KEY_FILE:
		shaping->names_keys |= option->flag != 'i' ||
		    keyfiles_is_there(option->value, shaping->home);
		break;
	case SSHOPTION_CERTIFICATE_FILE:
		shaping->names_certificates = true;
		break;
	case SSHOPTION_SHAPES:
		add_option(
		    &shaping->options, option, &meaning, &endpoint->sealing);
		break;
	}
}

/* What an option depends on beyond its text: variables and relative paths. */
static void
note_references(struct sshconfig *config, const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	if (option->flag == 'o' && meaning.effect != SSHOPTION_SESSION &&
	    meaning.keyword[0] != '\0')
		sshreference_note(config, meaning.keyword, meaning.value,
		    meaning.value_length);
	/* The log of a master, and a PKCS#11 library. */
	if ((option->flag == 'E' || option->flag == 'I') &&
	    option->value != NULL && option->value[0] != '/')
		config->depends_on_folder = true;
}

void
shaping_note_references(const struct shaping *shaping, struct sshconfig *config)
{
	size_t i;

	for (i = 0; i < shaping->args->option_count; i++)
		note_references(config, &shaping->args->options[i]);
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
 * With -f the run must be a session without a terminal. Everything else is
 * plain.
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

void
shaping_read(struct shaping *shaping)
{
	const struct sshargs *args = shaping->args;
	struct endpoint *endpoint = shaping->endpoint;
	size_t i;

	shaping->asks = asked_by_command_line(args);
	for (i = 0; i < args->option_count; i++) {
		if (i == args->options_before_destination) {
			take_first(&endpoint->user, args->user);
			take_first(&endpoint->port, args->port);
		}
		read_option(shaping, &args->options[i]);
	}
	take_first(&endpoint->user, args->user);
	take_first(&endpoint->port, args->port);
	check_background(endpoint, args);
}
