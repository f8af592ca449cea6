#include "ssh/sshoption.h"

#include <string.h>
#include <strings.h>

struct flag_effect {
	char flag;
	enum sshoption_effect effect;
	const char *plain_reason;
};

/* All other flags affect the connection. */
static const struct flag_effect flag_effects[] = {
    {'t', SSHOPTION_SESSION, NULL},
    {'T', SSHOPTION_SESSION, NULL},
    {'n', SSHOPTION_SESSION, NULL},
    {'q', SSHOPTION_SESSION, NULL},
    {'e', SSHOPTION_SESSION, NULL},
    {'s', SSHOPTION_SESSION, NULL},
    {'W', SSHOPTION_STDIO_FORWARD, NULL},
    {'v', SSHOPTION_VERBOSE, NULL},
    {'f', SSHOPTION_BACKGROUND, NULL},
    {'a', SSHOPTION_NO_AGENT, NULL},
    {'x', SSHOPTION_NO_X11, NULL},
    {'l', SSHOPTION_USER, NULL},
    {'p', SSHOPTION_PORT, NULL},
    {'i', SSHOPTION_KEY_FILE, NULL},
    {'F', SSHOPTION_CONFIG_FILE, NULL},
    {'V', SSHOPTION_PLAIN, "-V only prints"},
    {'Q', SSHOPTION_PLAIN, "-Q only prints"},
    {'G', SSHOPTION_PLAIN, "-G only prints"},
    {'O', SSHOPTION_PLAIN, "-O chooses a master itself"},
    {'S', SSHOPTION_PLAIN, "-S chooses a master itself"},
    {'M', SSHOPTION_PLAIN, "-M starts a master itself"},
    {'L', SSHOPTION_PLAIN, "-L over a shared master outlives its session"},
    {'R', SSHOPTION_PLAIN, "-R over a shared master outlives its session"},
    {'D', SSHOPTION_PLAIN, "-D over a shared master outlives its session"},
    {'w', SSHOPTION_PLAIN, "-w over a shared master outlives its session"},
    {'N', SSHOPTION_PLAIN, "-N over a shared master would run the login shell"},
    {'P', SSHOPTION_PLAIN,
	"-P means different things to different versions of ssh"},
};

struct keyword_effect {
	const char *keyword;
	enum sshoption_effect effect;
	const char *plain_reason;
	const char *value; /* counts only with this value, or null */
};

/* All other keywords of -o affect the connection. */
static const struct keyword_effect keyword_effects[] = {
    {"batchmode", SSHOPTION_SESSION, NULL, NULL},
    {"escapechar", SSHOPTION_SESSION, NULL, NULL},
    {"loglevel", SSHOPTION_SESSION, NULL, NULL},
    {"remotecommand", SSHOPTION_SESSION, NULL, NULL},
    {"requesttty", SSHOPTION_SESSION, NULL, NULL},
    {"stdinnull", SSHOPTION_SESSION, NULL, NULL},
    {"sessiontype", SSHOPTION_SESSION, NULL, "default"},
    {"sessiontype", SSHOPTION_SESSION, NULL, "subsystem"},
    {"sessiontype", SSHOPTION_PLAIN, "SessionType none is -N", NULL},
    {"forwardagent", SSHOPTION_NO_AGENT, NULL, "no"},
    {"forwardx11", SSHOPTION_NO_X11, NULL, "no"},
    {"clearallforwardings", SSHOPTION_NO_FORWARDINGS, NULL, "yes"},
    {"permitlocalcommand", SSHOPTION_NO_LOCAL_COMMAND, NULL, "no"},
    {"user", SSHOPTION_USER, NULL, NULL},
    {"port", SSHOPTION_PORT, NULL, NULL},
    {"identityfile", SSHOPTION_KEY_FILE, NULL, NULL},
    {"identityfile2", SSHOPTION_KEY_FILE, NULL, NULL},
    {"certificatefile", SSHOPTION_CERTIFICATE_FILE, NULL, NULL},
    {"controlmaster", SSHOPTION_SESSION, NULL, "no"},
    {"controlmaster", SSHOPTION_PLAIN, "ControlMaster is set", NULL},
    {"controlpath", SSHOPTION_PLAIN, "ControlPath chooses a master itself",
	NULL},
    {"controlpersist", SSHOPTION_PLAIN, "ControlPersist is set", NULL},
    {"localforward", SSHOPTION_PLAIN, "LocalForward outlives its session",
	NULL},
    {"remoteforward", SSHOPTION_PLAIN, "RemoteForward outlives its session",
	NULL},
    {"dynamicforward", SSHOPTION_PLAIN, "DynamicForward outlives its session",
	NULL},
    {"tunnel", SSHOPTION_SHAPES, NULL, "no"},
    {"tunnel", SSHOPTION_PLAIN, "Tunnel outlives its session", NULL},
    {"forkafterauthentication", SSHOPTION_SHAPES, NULL, "no"},
    {"forkafterauthentication", SSHOPTION_PLAIN,
	"ForkAfterAuthentication is not followed into the background", NULL},
    {"include", SSHOPTION_PLAIN, "Include on the command line", NULL},
};

static bool
value_is(const struct sshoption *meaning, const char *wanted)
{
	return meaning->value_length == strlen(wanted) &&
	    strncasecmp(meaning->value, wanted, meaning->value_length) == 0;
}

static void
read_keyword(struct sshoption *meaning, const char *value)
{
	const struct keyword_effect *entry;
	size_t i;

	if (!sshwords_split(value, strlen(value), meaning->keyword,
		&meaning->value, &meaning->value_length)) {
		/*
		 * ssh reports an error, or this parser does not understand it.
		 */
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

void
sshoption_read(struct sshoption *meaning, const struct sshargs_option *option)
{
	size_t i;

	memset(meaning, 0, sizeof(*meaning));
	meaning->effect = SSHOPTION_SHAPES;
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

bool
sshoption_is_secret(
    const struct sshargs_option *option, const struct sshoption *meaning)
{
	static const char *const keywords[] = {"setenv", "proxycommand",
	    "proxyjump", "knownhostscommand", "localcommand"};

	if (option->flag != 'o')
		return option->flag == 'J';
	return meaning->keyword[0] == '\0' ||
	    sshwords_is_one_of(meaning->keyword, keywords,
		sizeof(keywords) / sizeof(keywords[0]));
}

unsigned int
sshoption_restriction(enum sshoption_effect effect)
{
	switch (effect) {
	case SSHOPTION_NO_AGENT:
		return CARRIES_AGENT;
	case SSHOPTION_NO_X11:
		return CARRIES_X11;
	case SSHOPTION_NO_FORWARDINGS:
		return CARRIES_FORWARDINGS;
	case SSHOPTION_NO_LOCAL_COMMAND:
		return CARRIES_LOCAL_COMMAND;
	default:
		return 0;
	}
}

unsigned int
sshoption_restricts(const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	return sshoption_restriction(meaning.effect);
}

bool
sshoption_is_session(const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	return meaning.effect == SSHOPTION_SESSION ||
	    meaning.effect == SSHOPTION_VERBOSE ||
	    meaning.effect == SSHOPTION_BACKGROUND ||
	    meaning.effect == SSHOPTION_STDIO_FORWARD;
}

const char *
sshoption_plain_reason(const struct sshargs *args)
{
	struct sshoption meaning;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		sshoption_read(&meaning, &args->options[i]);
		if (meaning.effect == SSHOPTION_PLAIN)
			return meaning.plain_reason;
	}
	return NULL;
}
