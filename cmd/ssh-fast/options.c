#include "ssh-fast/options.h"

#include "platform/platform.h"
#include "shared/message.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum {
	PROBE_TIMEOUT_MS = 500,
	PROBE_TIMEOUT_MS_MAX = 60000,
	HEALTH_MS = 2000,
	HEALTH_MS_MAX = 60000,
	PERSIST_SECS = 90,
	PERSIST_SECS_MAX = 365 * 24 * 3600,
};

/* Stores a value; false where it is none of the allowed ones. */
typedef bool set_value(struct options *options, const char *value);

struct option {
	const char *name; /* null: a variable only */
	const char *variable; /* null: an option only */
	/* What the usage calls it, "[=NAME]" where it may be left out; null:
	 * none is taken. */
	const char *value;
	set_value *set;
	const char *allowed; /* for the message about a bad value */
	const char *help;
};

static bool
set_string(const char **to, const char *value)
{
	if (value[0] == '\0')
		return false;
	*to = value;
	return true;
}

static bool
set_number(int *to, const char *value, int maximum)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    number < 1 || number > maximum)
		return false;
	*to = (int)number;
	return true;
}

/* Options without a value arrive here as "1", variables as they are. */
static bool
set_switch(bool *to, const char *value, bool meaning)
{
	if (strcmp(value, "1") == 0)
		*to = meaning;
	else if (strcmp(value, "0") == 0)
		*to = !meaning;
	else
		return false;
	return true;
}

static bool
set_root(struct options *options, const char *value)
{
	return set_string(&options->root, value);
}

static bool
set_namespace(struct options *options, const char *value)
{
	return set_string(&options->namespace_text, value);
}

static bool
set_ssh(struct options *options, const char *value)
{
	return set_string(&options->ssh, value);
}

static bool
set_probe(struct options *options, const char *value)
{
	options->probe_idle_secs = 0;
	if (strcmp(value, "native") == 0)
		options->probe = PROBE_NATIVE;
	else if (strcmp(value, "e2e") == 0)
		options->probe = PROBE_E2E;
	else if (strncmp(value, "e2e:", 4) == 0 &&
	    set_number(&options->probe_idle_secs, value + 4, PERSIST_SECS_MAX))
		options->probe = PROBE_E2E;
	else if (strcmp(value, "ssh") == 0)
		options->probe = PROBE_SSH;
	else if (strcmp(value, "none") == 0)
		options->probe = PROBE_NONE;
	else
		return false;
	return true;
}

static bool
set_probe_timeout(struct options *options, const char *value)
{
	return set_number(
	    &options->probe_timeout_ms, value, PROBE_TIMEOUT_MS_MAX);
}

/* The variable is a switch as well: 0, or 1 for the default. */
static bool
set_health(struct options *options, const char *value)
{
	options->health_ms = 0;
	if (strcmp(value, "0") == 0)
		return true;
	if (!set_number(&options->health_ms, value, HEALTH_MS_MAX))
		return false;
	if (options->health_ms == 1)
		options->health_ms = HEALTH_MS;
	return true;
}

static bool
set_persist(struct options *options, const char *value)
{
	return set_number(&options->persist_secs, value, PERSIST_SECS_MAX);
}

static bool
set_client(struct options *options, const char *value)
{
	if (strcmp(value, "ssh") == 0)
		options->client = CLIENT_SSH;
	else if (strcmp(value, "native") == 0)
		options->client = CLIENT_NATIVE;
	else if (strcmp(value, "auto") == 0)
		options->client = CLIENT_AUTO;
	else
		return false;
	return true;
}

static bool
set_no_touch(struct options *options, const char *value)
{
	return set_switch(&options->touch, value, false);
}

static bool
set_touch(struct options *options, const char *value)
{
	return set_switch(&options->touch, value, true);
}

static bool
set_strict(struct options *options, const char *value)
{
	return set_switch(&options->strict, value, true);
}

static bool
set_explain(struct options *options, const char *value)
{
	return set_switch(&options->explain, value, true);
}

static bool
set_verbose(struct options *options, const char *value)
{
	return set_switch(&options->verbose, value, true);
}

static bool
set_help(struct options *options, const char *value)
{
	return set_switch(&options->help, value, true);
}

static bool
set_version(struct options *options, const char *value)
{
	return set_switch(&options->version, value, true);
}

static bool
set_disable(struct options *options, const char *value)
{
	return set_switch(&options->disable, value, true);
}

static const struct option table[] = {
    {"root", "SSH_FAST_ROOT", "DIR", set_root, "a folder",
	"where the namespaces live (~/.ssh/ssh-fast)"},
    {"namespace", "SSH_FAST_NAMESPACE", "TEXT", set_namespace, "a text",
	"use exactly this namespace text (derived)"},
    {"probe", "SSH_FAST_PROBE", "KIND", set_probe,
	"native, ssh, e2e, e2e:SECS or none",
	"how a master is checked: native, ssh, e2e (the server has to answer,\n"
	"      with e2e:SECS only after so long without use) or none (native)"},
    {"probe-timeout", "SSH_FAST_PROBE_TIMEOUT", "MS", set_probe_timeout,
	"1 to 60000",
	"past this many milliseconds a master counts as hung (500)"},
    {"health", "SSH_FAST_HEALTH", "[=MS]", set_health, "0 to 60000",
	"before a login, ask ssh-fast-health for so many milliseconds (2000)\n"
	"      whether the server answers, and fail where not; 0: do not ask"},
    {"persist", "SSH_FAST_PERSIST", "SECS", set_persist, "1 to 31536000",
	"how long an idle master stays (90)"},
    {"no-touch", NULL, NULL, set_no_touch, NULL,
	"leave the mtime of the master's socket as it is"},
    {NULL, "SSH_FAST_TOUCH", NULL, set_touch, "0 or 1",
	"0: the same as --no-touch"},
    {"client", "SSH_FAST_CLIENT", "KIND", set_client, "ssh, native or auto",
	"who speaks to a warm master: ssh, native or auto (ssh)"},
    {"strict", "SSH_FAST_STRICT", NULL, set_strict, "0 or 1",
	"fail (255) where no lease can be had"},
    {"ssh", "SSH_FAST_SSH", "PATH", set_ssh, "a program",
	"the real ssh (the first in PATH that is not ssh-fast)"},
    {"explain", NULL, NULL, set_explain, NULL,
	"print what would be done and why, and connect to nothing"},
    {"verbose", "SSH_FAST_VERBOSE", NULL, set_verbose, "0 or 1",
	"say on stderr what was decided and how long it took"},
    {NULL, "SSH_FAST_DISABLE", NULL, set_disable, "0 or 1",
	"1: run plain ssh at once"},
    {"help", NULL, NULL, set_help, NULL, "print this, and exit"},
    {"version", NULL, NULL, set_version, NULL, "print the version, and exit"},
};

enum { TABLE_COUNT = sizeof(table) / sizeof(table[0]) };

/* One pass over the environment, which is long, where none is set. */
static bool
is_any_variable_set(void)
{
	static const char prefix[] = "SSH_FAST_";
	char **variable;

	for (variable = environ; variable != NULL && *variable != NULL;
	     variable++)
		if (strncmp(*variable, prefix, sizeof(prefix) - 1) == 0)
			return true;
	return false;
}

static int
read_environment(struct options *options)
{
	const char *value;
	size_t i;

	/* Another user's variables are not read. */
	if (platform_is_set_id() || !is_any_variable_set())
		return 0;
	for (i = 0; i < TABLE_COUNT; i++) {
		/* Set to nothing means not set: cron cannot unset. */
		if (table[i].variable == NULL ||
		    (value = getenv(table[i].variable)) == NULL ||
		    value[0] == '\0' || table[i].set(options, value))
			continue;
		message("bad value in %s: %s (it takes %s)", table[i].variable,
		    value, table[i].allowed);
		return -1;
	}
	/*
	 * It is meant for this run. Another ssh-fast that ssh starts, as a
	 * ProxyCommand does, leads elsewhere.
	 */
	return options->namespace_text != NULL ? unsetenv("SSH_FAST_NAMESPACE")
					       : 0;
}

/* One word, "name" or "name=value", without the dashes in front. */
static int
read_option(struct options *options, const char *word)
{
	size_t length = strcspn(word, "="), i;
	const char *value = word[length] == '=' ? word + length + 1 : NULL;
	const struct option *option = NULL;

	for (i = 0; i < TABLE_COUNT; i++)
		if (table[i].name != NULL && strlen(table[i].name) == length &&
		    strncmp(table[i].name, word, length) == 0)
			option = &table[i];
	if (option == NULL)
		message("unknown option --%.*s (see ssh-fast --help)",
		    (int)length, word);
	else if (option->value == NULL && value != NULL)
		message("option --%s takes no value", option->name);
	else if (option->value != NULL && value == NULL &&
	    option->value[0] != '[')
		message("option --%s wants a value: --%s=%s", option->name,
		    option->name, option->value);
	else if (!option->set(options, value != NULL ? value : "1"))
		message("bad value for --%s: %s (it takes %s)", option->name,
		    value, option->allowed);
	else
		return 0;
	return -1;
}

int
options_read(struct options *options, int argc, char *argv[])
{
	int index;

	memset(options, 0, sizeof(*options));
	options->probe = PROBE_NATIVE;
	options->probe_timeout_ms = PROBE_TIMEOUT_MS;
	options->persist_secs = PERSIST_SECS;
	options->touch = true;
	if (read_environment(options) == -1)
		return -1;
	/* "--" alone is ssh's, and no option of ssh begins with two dashes. */
	for (index = 1; index < argc; index++) {
		if (strncmp(argv[index], "--", 2) != 0 ||
		    argv[index][2] == '\0')
			break;
		if (read_option(options, argv[index] + 2) == -1)
			return -1;
	}
	return index;
}

int
options_print_help(void)
{
	char name[64];
	size_t i;

	(void)printf(
	    "usage: ssh-fast [--option ...] ssh-argument ...\n\n"
	    "Runs ssh over a connection that is kept and leased to one\n"
	    "process at a time. All arguments are ssh's; see ssh(1).\n\n"
	    "options, which come first, and their variables:\n");
	for (i = 0; i < TABLE_COUNT; i++) {
		if (table[i].name == NULL) {
			(void)printf("  %s\n      %s\n", table[i].variable,
			    table[i].help);
			continue;
		}
		(void)snprintf(name, sizeof(name), "--%s%s%s", table[i].name,
		    table[i].value != NULL && table[i].value[0] != '[' ? "="
								       : "",
		    table[i].value != NULL ? table[i].value : "");
		(void)printf("  %s%s%s\n      %s\n", name,
		    table[i].variable != NULL ? ", " : "",
		    table[i].variable != NULL ? table[i].variable : "",
		    table[i].help);
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
