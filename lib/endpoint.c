#include "endpoint.h"

#include "platform.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an option means for the connection. */
enum effect {
	SHAPES, /* it shapes the connection, the login or what is granted */
	SESSION, /* it concerns the session alone */
	PLAIN, /* no lease with this one */
	TAKES_AGENT,
	TAKES_X11,
	TAKES_FORWARDINGS,
	TAKES_LOCAL_COMMAND,
	VERBOSE,
	USER,
	PORT,
	KEY_FILE, /* names a file whose identity counts */
	CONFIG_FILE,
};

struct flag_effect {
	char flag;
	enum effect effect;
	const char *plain_reason;
};

/* Flags that are not listed shape the connection. */
static const struct flag_effect flag_effects[] = {
    {'t', SESSION, NULL},
    {'T', SESSION, NULL},
    {'n', SESSION, NULL},
    {'q', SESSION, NULL},
    {'e', SESSION, NULL},
    {'s', SESSION, NULL},
    {'v', VERBOSE, NULL},
    {'a', TAKES_AGENT, NULL},
    {'x', TAKES_X11, NULL},
    {'l', USER, NULL},
    {'p', PORT, NULL},
    {'i', KEY_FILE, NULL},
    {'F', CONFIG_FILE, NULL},
    {'V', PLAIN, "-V only prints"},
    {'Q', PLAIN, "-Q only prints"},
    {'G', PLAIN, "-G only prints"},
    {'O', PLAIN, "-O speaks to a master of its own choice"},
    {'S', PLAIN, "-S chooses a master itself"},
    {'M', PLAIN, "-M starts a master itself"},
    {'L', PLAIN, "-L over a shared master outlives its session"},
    {'R', PLAIN, "-R over a shared master outlives its session"},
    {'D', PLAIN, "-D over a shared master outlives its session"},
    {'w', PLAIN, "-w over a shared master outlives its session"},
    {'W', PLAIN, "-W has no session that a lease could follow"},
    {'N', PLAIN, "-N over a shared master would run the login shell"},
    {'f', PLAIN, "-f leaves the process that holds the lease"},
    {'P', PLAIN, "-P means different things to different versions of ssh"},
};

struct keyword_effect {
	const char *keyword;
	enum effect effect;
	const char *plain_reason;
	const char *value; /* counts only with this value, or null */
};

/* Keywords behind -o that are not listed shape the connection. */
static const struct keyword_effect keyword_effects[] = {
    {"batchmode", SESSION, NULL, NULL},
    {"escapechar", SESSION, NULL, NULL},
    {"loglevel", SESSION, NULL, NULL},
    {"remotecommand", SESSION, NULL, NULL},
    {"requesttty", SESSION, NULL, NULL},
    {"stdinnull", SESSION, NULL, NULL},
    {"sessiontype", SESSION, NULL, "default"},
    {"sessiontype", SESSION, NULL, "subsystem"},
    {"sessiontype", PLAIN, "SessionType none is -N", NULL},
    {"forwardagent", TAKES_AGENT, NULL, "no"},
    {"forwardx11", TAKES_X11, NULL, "no"},
    {"clearallforwardings", TAKES_FORWARDINGS, NULL, "yes"},
    {"permitlocalcommand", TAKES_LOCAL_COMMAND, NULL, "no"},
    {"user", USER, NULL, NULL},
    {"port", PORT, NULL, NULL},
    {"identityfile", KEY_FILE, NULL, NULL},
    {"identityfile2", KEY_FILE, NULL, NULL},
    {"certificatefile", KEY_FILE, NULL, NULL},
    {"controlmaster", SESSION, NULL, "no"},
    {"controlmaster", PLAIN, "ControlMaster is set", NULL},
    {"controlpath", PLAIN, "ControlPath chooses a master itself", NULL},
    {"controlpersist", PLAIN, "ControlPersist is set", NULL},
    {"localforward", PLAIN, "LocalForward outlives its session", NULL},
    {"remoteforward", PLAIN, "RemoteForward outlives its session", NULL},
    {"dynamicforward", PLAIN, "DynamicForward outlives its session", NULL},
    {"tunnel", SHAPES, NULL, "no"},
    {"tunnel", PLAIN, "Tunnel outlives its session", NULL},
    {"forkafterauthentication", SHAPES, NULL, "no"},
    {"forkafterauthentication", PLAIN,
	"ForkAfterAuthentication leaves the process that holds the lease",
	NULL},
    {"include", PLAIN, "Include on the command line", NULL},
};

/* One option, taken apart. */
struct meaning {
	enum effect effect;
	const char *plain_reason;
	char keyword[SSHCONFIG_KEYWORD_MAX]; /* empty for a flag */
	const char *value;
	size_t value_length;
};

static bool
value_is(const struct meaning *meaning, const char *wanted)
{
	return meaning->value_length == strlen(wanted) &&
	    strncasecmp(meaning->value, wanted, meaning->value_length) == 0;
}

static void
read_keyword(struct meaning *meaning, const char *value)
{
	const struct keyword_effect *entry;
	size_t i;

	if (!sshconfig_split(value, strlen(value), meaning->keyword,
		&meaning->value, &meaning->value_length)) {
		/* ssh will complain; or it is more than we understand. */
		meaning->keyword[0] = '\0';
		return;
	}
	for (i = 0; i < sizeof(keyword_effects) / sizeof(*keyword_effects);
	     i++) {
		entry = &keyword_effects[i];
		if (strcmp(meaning->keyword, entry->keyword) != 0 ||
		    (entry->value != NULL && !value_is(meaning, entry->value)))
			continue;
		meaning->effect = entry->effect;
		meaning->plain_reason = entry->plain_reason;
		return;
	}
}

static void
read_meaning(struct meaning *meaning, const struct sshargs_option *option)
{
	size_t i;

	memset(meaning, 0, sizeof(*meaning));
	meaning->effect = SHAPES;
	if (option->value != NULL) {
		meaning->value = option->value;
		meaning->value_length = strlen(option->value);
	}
	if (option->flag == 'o' && option->value != NULL) {
		read_keyword(meaning, option->value);
		return;
	}
	for (i = 0; i < sizeof(flag_effects) / sizeof(*flag_effects); i++) {
		if (flag_effects[i].flag != option->flag)
			continue;
		meaning->effect = flag_effects[i].effect;
		meaning->plain_reason = flag_effects[i].plain_reason;
	}
}

static unsigned int
taken_by(enum effect effect)
{
	switch (effect) {
	case TAKES_AGENT:
		return ENDPOINT_AGENT;
	case TAKES_X11:
		return ENDPOINT_X11;
	case TAKES_FORWARDINGS:
		return ENDPOINT_FORWARDINGS;
	case TAKES_LOCAL_COMMAND:
		return ENDPOINT_LOCAL_COMMAND;
	default:
		return 0;
	}
}

const char *
endpoint_plain_option(const struct sshargs *args)
{
	struct meaning meaning;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		read_meaning(&meaning, &args->options[i]);
		if (meaning.effect == PLAIN)
			return meaning.plain_reason;
	}
	return NULL;
}

bool
endpoint_option_is_session(const struct sshargs_option *option)
{
	struct meaning meaning;

	read_meaning(&meaning, option);
	return meaning.effect == SESSION || meaning.effect == VERBOSE;
}

unsigned int
endpoint_option_takes_away(const struct sshargs_option *option)
{
	struct meaning meaning;

	read_meaning(&meaning, option);
	return taken_by(meaning.effect);
}

/* What the command line itself asks for, next to what it takes away. */
static unsigned int
asked_by_command_line(const struct sshargs *args)
{
	struct meaning meaning;
	unsigned int asked = 0;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		read_meaning(&meaning, &args->options[i]);
		if (meaning.effect != SHAPES)
			continue;
		if (args->options[i].flag == 'A' ||
		    strcmp(meaning.keyword, "forwardagent") == 0)
			asked |= ENDPOINT_AGENT;
		if (args->options[i].flag == 'X' ||
		    args->options[i].flag == 'Y' ||
		    strcmp(meaning.keyword, "forwardx11") == 0)
			asked |= ENDPOINT_X11;
		if (strcmp(meaning.keyword, "permitlocalcommand") == 0 ||
		    strcmp(meaning.keyword, "localcommand") == 0)
			asked |= ENDPOINT_LOCAL_COMMAND;
	}
	return asked;
}

/* "option: -J host" or "option: keyword value". */
static void
add_option(struct text *text, const struct sshargs_option *option,
    const struct meaning *meaning)
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
add_file_identity(struct text *text, const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		text_add(text, "file: absent\n");
	else
		text_printf(text, "file: %llx:%llx %lld %lld.%09ld\n",
		    (unsigned long long)st.st_dev,
		    (unsigned long long)st.st_ino, (long long)st.st_size,
		    (long long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec);
}

/*
 * A key is what the file holds, not what it is called: a replaced key is a
 * new login. The certificate that ssh finds beside a key counts as well.
 * False where ssh would make another name of it than we can.
 */
static bool
add_key_file(struct text *text, const struct meaning *meaning, const char *home)
{
	char path[PATH_MAX];
	const char *name = meaning->value;
	size_t length = meaning->value_length, i;
	bool is_in_home;

	/* Behind -o it is a word of the configuration, behind -i as it is. */
	if (meaning->keyword[0] != '\0' && length >= 2 && name[0] == '"' &&
	    name[length - 1] == '"') {
		name++;
		length -= 2;
	}
	for (i = 0; i < length; i++)
		if (strchr("%$\\\"'#", name[i]) != NULL)
			return false;
	is_in_home = length >= 2 && name[0] == '~' && name[1] == '/';
	if ((length >= 1 && name[0] == '~' && !is_in_home) ||
	    length + strlen(home) + sizeof("-cert.pub") > sizeof(path))
		return false;
	(void)snprintf(path, sizeof(path), "%s%.*s", is_in_home ? home : "",
	    (int)length - is_in_home, name + is_in_home);
	add_file_identity(text, path);
	memcpy(path + strlen(path), "-cert.pub", sizeof("-cert.pub"));
	add_file_identity(text, path);
	return true;
}

static void
take_first(const char **setting, const char *value)
{
	if (*setting == NULL)
		*setting = value;
}

/*
 * Sorts one option into the endpoint, or into the text where it shapes the
 * connection. Of user and port ssh takes the first it
 * meets, of -F the last.
 */
static void
add_meaning(struct endpoint *endpoint, struct text *text,
    const struct sshargs_option *option, unsigned int asked,
    const char **config_file, const char *home)
{
	struct meaning meaning;

	read_meaning(&meaning, option);
	if ((taken_by(meaning.effect) & asked) != 0)
		meaning.effect = SHAPES;
	switch (meaning.effect) {
	case SESSION:
		break;
	case PLAIN:
		take_first(&endpoint->plain_reason, meaning.plain_reason);
		break;
	case VERBOSE:
		endpoint->is_verbose = true;
		break;
	case USER:
		take_first(&endpoint->user, meaning.value);
		break;
	case PORT:
		take_first(&endpoint->port, meaning.value);
		break;
	case CONFIG_FILE:
		*config_file = option->value;
		break;
	case TAKES_AGENT:
	case TAKES_X11:
	case TAKES_FORWARDINGS:
	case TAKES_LOCAL_COMMAND:
		endpoint->takes_away |= taken_by(meaning.effect);
		add_option(&endpoint->taking, option, &meaning);
		break;
	case KEY_FILE:
		add_option(text, option, &meaning);
		if (!add_key_file(text, &meaning, home))
			take_first(&endpoint->plain_reason,
			    "ssh expands the name of the key file");
		break;
	case SHAPES:
		add_option(text, option, &meaning);
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
	struct meaning meaning;

	read_meaning(&meaning, option);
	if (option->flag == 'o' && meaning.effect != SESSION &&
	    meaning.keyword[0] != '\0')
		sshconfig_note(config, meaning.keyword, meaning.value,
		    meaning.value_length);
	/* The log that a master goes on writing to, and a PKCS#11 library. */
	if ((option->flag == 'E' || option->flag == 'I') &&
	    option->value != NULL && option->value[0] != '/')
		config->depends_on_folder = true;
}

static void
add_options(struct endpoint *endpoint, struct text *text,
    const struct sshargs *args, const char **config_file, const char *home)
{
	unsigned int asked = asked_by_command_line(args);
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		if (i == args->options_before_destination) {
			take_first(&endpoint->user, args->user);
			take_first(&endpoint->port, args->port);
		}
		add_meaning(endpoint, text, &args->options[i], asked,
		    config_file, home);
	}
	take_first(&endpoint->user, args->user);
	take_first(&endpoint->port, args->port);
}

/* Who and where we are: what does not stand on the command line. */
static void
add_origin(struct text *text, const struct endpoint_origin *origin)
{
	static const char *const variables[] = {
	    /* A master forwards its own agent and display, nobody else's. */
	    "SSH_AUTH_SOCK", "DISPLAY",
	    /* With GSSAPI this is who logs in. */
	    "KRB5CCNAME",
	    /* torsocks, proxychains: another way to the host. */
	    "LD_PRELOAD",
	    /* resolver(3), hostname(7): another host by the same name. */
	    "LOCALDOMAIN", "RES_OPTIONS", "HOSTALIASES"};
	char machine[256] = "";
	size_t i;

	/* Homes are shared between machines, sockets are not. */
	(void)gethostname(machine, sizeof(machine) - 1);
	text_add_line(text, "machine", machine);
	/* Another network namespace reaches other hosts by the same name. */
	text_printf(text, "network: %llu\n", platform_network_id());
	text_add_line(text, "ssh", origin->ssh);
	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		text_add_line(text, variables[i], getenv(variables[i]));
}

/* What the configuration refers to outside of itself. */
static void
add_references(struct text *text, const struct sshconfig *config)
{
	char folder[PATH_MAX];

	text_add_bytes(text, config->variables.data, config->variables.length);
	if (!config->depends_on_folder)
		return;
	if (getcwd(folder, sizeof(folder)) != NULL)
		text_add_line(text, "folder", folder);
	else
		text_add(text, "folder: unknown\n");
}

int
endpoint_describe(struct endpoint *endpoint, const struct sshargs *args,
    const struct endpoint_origin *origin)
{
	struct text options, *text = &endpoint->without_taking;
	const char *config_file = NULL;
	char storage[1024];
	size_t i;

	memset(endpoint, 0, sizeof(*endpoint));
	text_init_in(text, endpoint->storage[0], sizeof(endpoint->storage[0]));
	text_init_in(&endpoint->taking, endpoint->storage[1],
	    sizeof(endpoint->storage[1]));
	text_init_in(&options, storage, sizeof(storage));
	text_init(&endpoint->config.variables);
	add_options(endpoint, &options, args, &config_file, origin->home);
	endpoint->host = args->host;
	if (endpoint->plain_reason != NULL) {
		text_free(&options);
		return 0;
	}
	if (sshconfig_read(&endpoint->config, config_file, origin->home) ==
	    -1) {
		text_free(&options);
		endpoint_free(endpoint);
		return -1;
	}
	for (i = 0; i < args->option_count; i++)
		note_references(&endpoint->config, &args->options[i]);
	endpoint->plain_reason = endpoint->config.doubt;
	/* ssh -G tells it for one pass and one outcome only. */
	if (endpoint->config.mentions_no_control_path &&
	    (endpoint->config.is_dynamic || endpoint->config.has_second_pass))
		endpoint->plain_reason =
		    "whether ControlPath is none depends on more than text";
	text_add_line(text, "destination", endpoint->host);
	text_add_line(text, "user", endpoint->user);
	text_add_line(text, "port", endpoint->port);
	add_origin(text, origin);
	text_add_line(text, "config", endpoint->config.digest);
	add_references(text, &endpoint->config);
	text_add_bytes(text, options.data, options.length);
	if (!text_ok(&options))
		text->failed = true;
	text_free(&options);
	if (text_ok(text) && text_ok(&endpoint->taking))
		return 0;
	endpoint_free(endpoint);
	errno = ENOMEM;
	return -1;
}

void
endpoint_free(struct endpoint *endpoint)
{
	text_free(&endpoint->without_taking);
	text_free(&endpoint->taking);
	sshconfig_free(&endpoint->config);
}
