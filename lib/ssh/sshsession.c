#include "ssh/sshsession.h"

#include "ssh/sshoption.h"
#include "ssh/sshsettings.h"

#include <string.h>
#include <strings.h>

struct word {
	const char *word;
	int meaning;
};

static const struct word tty_words[] = {
    {"auto", SSHSESSION_TTY_AUTO},
    {"no", SSHSESSION_TTY_NO},
    {"false", SSHSESSION_TTY_NO},
    {"yes", SSHSESSION_TTY_YES},
    {"true", SSHSESSION_TTY_YES},
    {"force", SSHSESSION_TTY_FORCE},
    {NULL, 0},
};
/* Above INFO ssh logs its own actions, which only ssh can do. */
static const struct word log_words[] = {
    {"quiet", SSHSESSION_LOG_QUIET},
    {"silent", SSHSESSION_LOG_QUIET}, /* how ssh -G says it */
    {"fatal", SSHSESSION_LOG_ERROR},
    {"error", SSHSESSION_LOG_ERROR},
    {"info", SSHSESSION_LOG_INFO},
    {NULL, 0},
};
static const struct word switch_words[] = {
    {"no", SSHSESSION_NO},
    {"false", SSHSESSION_NO},
    {"yes", SSHSESSION_YES},
    {"true", SSHSESSION_YES},
    {NULL, 0},
};
static const struct word type_words[] = {
    {"default", SSHSESSION_NO},
    {"subsystem", SSHSESSION_YES},
    {NULL, 0},
};
/* LogVerbose is understood only if it is absent. */
static const struct word none_words[] = {{"none", SSHSESSION_NO}, {NULL, 0}};

/* 0 for an unknown word. */
static int
look_up(const struct word *words, const char *value, size_t length)
{
	for (; words->word != NULL; words++)
		if (strlen(words->word) == length &&
		    strncasecmp(words->word, value, length) == 0)
			return words->meaning;
	return 0;
}

static void
leave_to_ssh(struct sshsession *session, const char *reason)
{
	if (session->only_ssh == NULL)
		session->only_ssh = reason;
}

/* "none", a letter, or ^ and a letter, as for -e. */
static bool
set_escape(struct sshsession *session, const char *value, size_t length)
{
	unsigned char letter =
	    (unsigned char)value[length > 0 ? length - 1 : 0];

	if (length == 4 && strncmp(value, "none", 4) == 0) {
		session->escape = SSHSESSION_ESCAPE_NONE;
		return true;
	}
	if (length == 2 && value[0] == '^' && letter >= 64 && letter < 128)
		session->escape_char = letter & 31;
	else if (length == 1)
		session->escape_char = letter;
	else
		return false;
	session->escape = SSHSESSION_ESCAPE_CHAR;
	return true;
}

static void
take_switch(enum sshsession_switch *to, int meaning)
{
	if (*to == SSHSESSION_UNSET)
		*to = (enum sshsession_switch)meaning;
}

/*
 * One setting of -o or of ssh -G, by its keyword. The first value counts. False
 * if the value is not understood.
 */
static bool
take_setting(struct sshsession *session, const char *keyword, const char *value,
    size_t length)
{
	int meaning = 1;

	if (strcmp(keyword, "requesttty") == 0) {
		meaning = look_up(tty_words, value, length);
		if (session->tty == SSHSESSION_TTY_UNSET)
			session->tty = (enum sshsession_tty)meaning;
	} else if (strcmp(keyword, "loglevel") == 0) {
		meaning = look_up(log_words, value, length);
		if (session->log == SSHSESSION_LOG_UNSET)
			session->log = (enum sshsession_log)meaning;
	} else if (strcmp(keyword, "stdinnull") == 0) {
		meaning = look_up(switch_words, value, length);
		take_switch(&session->stdin_null, meaning);
	} else if (strcmp(keyword, "sessiontype") == 0) {
		meaning = look_up(type_words, value, length);
		take_switch(&session->is_subsystem, meaning);
	} else if (strcmp(keyword, "remotecommand") == 0) {
		meaning = look_up(none_words, value, length);
		take_switch(&session->remote_command, meaning);
	} else if (strcmp(keyword, "logverbose") == 0) {
		meaning = look_up(none_words, value, length);
	} else if (strcmp(keyword, "batchmode") == 0) {
		meaning = look_up(switch_words, value, length);
	} else if (strcmp(keyword, "escapechar") == 0) {
		return session->escape != SSHSESSION_ESCAPE_UNSET ||
		    set_escape(session, value, length);
	}
	return meaning != 0;
}

static void
read_option(struct sshsession *session, const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	if (option->flag == 'o') {
		/* The others are in the settings. */
		if (meaning.effect == SSHOPTION_SESSION &&
		    !take_setting(session, meaning.keyword, meaning.value,
			meaning.value_length))
			leave_to_ssh(
			    session, "only ssh reads one of the -o options");
		return;
	}
	switch (option->flag) {
	case 't':
		session->tty = session->tty == SSHSESSION_TTY_YES
		    ? SSHSESSION_TTY_FORCE
		    : SSHSESSION_TTY_YES;
		break;
	case 'T':
		session->tty = SSHSESSION_TTY_NO;
		break;
	case 'n':
		session->stdin_null = SSHSESSION_YES;
		break;
	case 'q':
		session->log = SSHSESSION_LOG_QUIET;
		break;
	case 's':
		if (session->is_subsystem == SSHSESSION_NO)
			leave_to_ssh(session, "-s conflicts with SessionType");
		session->is_subsystem = SSHSESSION_YES;
		break;
	case 'e':
		if (!set_escape(session, option->value, strlen(option->value)))
			leave_to_ssh(
			    session, "only ssh reads the escape character");
		break;
	case 'v':
		leave_to_ssh(session, "only ssh prints the messages of -v");
		break;
	case 'W':
		leave_to_ssh(session, "-W opens no session");
		break;
	case 'f':
		leave_to_ssh(session, "-f goes into the background");
		break;
	case 'E':
	case 'y':
		leave_to_ssh(session, "only ssh writes messages to a log");
		break;
	default:
		break;
	}
}

/* Features that are forwarded only if the setting says yes; null for others. */
static bool *
forwarded(struct sshsession *session, const char *keyword)
{
	if (strcmp(keyword, "forwardagent") == 0)
		return &session->wants_agent;
	if (strcmp(keyword, "forwardx11") == 0)
		return &session->wants_x11;
	return NULL;
}

/*
 * The command of the configuration, which ssh -G has expanded, unless the
 * command line removes it.
 */
static void
read_remote_command(struct sshsession *session, const char *value)
{
	if (session->remote_command == SSHSESSION_NO ||
	    look_up(none_words, value, strlen(value)) != 0)
		return;
	if (session->has_command)
		leave_to_ssh(session, "RemoteCommand conflicts with a command");
	else
		session->remote = value;
}

static void
read_setting(struct sshsession *session, const char *keyword, const char *value)
{
	bool *wants = forwarded(session, keyword);
	size_t length = strlen(value);
	int meaning;

	if (wants != NULL) {
		meaning = look_up(switch_words, value, length);
		if (meaning == SSHSESSION_UNSET)
			leave_to_ssh(session, "ForwardAgent names a socket");
		else if (meaning == SSHSESSION_YES)
			*wants = true;
	} else if (strcmp(keyword, "hostname") == 0)
		session->hostname = value;
	else if (strcmp(keyword, "remotecommand") == 0)
		read_remote_command(session, value);
	else if (strcmp(keyword, "loglevel") == 0 &&
	    session->log != SSHSESSION_LOG_UNSET)
		return; /* the command line has it otherwise */
	else if (!take_setting(session, keyword, value, length))
		leave_to_ssh(session, "only ssh reads one of the settings");
}

void
sshsession_read(struct sshsession *session, const struct sshargs *args,
    int argc, char *const argv[], char *settings)
{
	const char *keyword, *value, *next;
	size_t i;

	memset(session, 0, sizeof(*session));
	/*
	 * One empty argument is no command. Two join into a blank, which is
	 * one.
	 */
	session->has_command = args->command_index < argc - 1 ||
	    (args->command_index < argc && argv[argc - 1][0] != '\0');
	session->hostname = args->host;
	session->settings = "";
	for (i = 0; i < args->option_count; i++)
		read_option(session, &args->options[i]);
	if (!sshsettings_split(settings)) {
		leave_to_ssh(session,
		    "the configuration behind the namespace text is not known");
		return;
	}
	session->settings = settings;
	for (keyword = settings;
	     (next = sshsettings_next(keyword, &value)) != NULL; keyword = next)
		read_setting(session, keyword, value);
	if (session->is_subsystem == SSHSESSION_YES && !session->has_command)
		leave_to_ssh(session, "the subsystem has no name");
	if (session->remote != NULL)
		session->has_command = true;
	if (sshsettings_have_overlong_variable(session->settings))
		leave_to_ssh(session, "the name of a variable is too long");
}

bool
sshsession_wants_tty(
    const struct sshsession *session, bool stdin_is_terminal, bool *is_refused)
{
	bool wants = session->tty == SSHSESSION_TTY_YES ||
	    session->tty == SSHSESSION_TTY_FORCE ||
	    (!session->has_command && session->tty != SSHSESSION_TTY_NO);

	*is_refused = false;
	if (session->tty == SSHSESSION_TTY_FORCE)
		return true;
	if (!stdin_is_terminal || session->stdin_null == SSHSESSION_YES) {
		*is_refused = wants;
		return false;
	}
	return wants;
}
