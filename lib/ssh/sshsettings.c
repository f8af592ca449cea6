#include "ssh/sshsettings.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

/* ssh reports an error for a variable with a longer name. */
enum { VARIABLE_NAME_MAX = 1023 };

static const char *const keywords[] = {"requesttty", "loglevel", "stdinnull",
    "sessiontype", "remotecommand", "logverbose", "escapechar", "forwardagent",
    "forwardx11", "hostname", "sendenv", "setenv"};

bool
sshsettings_is_one(const char *keyword)
{
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(keywords[i], keyword) == 0)
			return true;
	return false;
}

const char *
sshsettings_next(const char *keyword, const char **value)
{
	if (*keyword == '\0')
		return NULL;
	*value = keyword + strlen(keyword) + 1;
	return *value + strlen(*value) + 1;
}

bool
sshsettings_split(char *settings)
{
	char *line, *at;

	if (settings[0] == '\0')
		return false;
	for (line = settings; *line != '\0'; line = at + 1) {
		for (at = line; *at != ' '; at++)
			if (*at == '\0' || *at == '\n')
				return false;
		if (at == line)
			return false;
		*at = '\0';
		for (at++; *at != '\n'; at++)
			if (*at == '\0')
				return false;
		*at = '\0';
	}
	return true;
}

bool
sshsettings_have_overlong_variable(const char *settings)
{
	const char *keyword, *value, *next;
	char **variable;

	for (keyword = settings;
	     (next = sshsettings_next(keyword, &value)) != NULL; keyword = next)
		if (strcmp(keyword, "sendenv") == 0)
			break;
	if (next == NULL || environ == NULL)
		return false;
	for (variable = environ; *variable != NULL; variable++)
		if (strcspn(*variable, "=") > VARIABLE_NAME_MAX)
			return true;
	return false;
}

/* * and ?, the wildcards of SendEnv. */
static bool
matches(const char *name, size_t length, const char *pattern)
{
	const char *end = name + length, *star = NULL, *from = NULL;

	while (name < end) {
		if (*pattern == '*') {
			star = ++pattern;
			from = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star;
			name = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
is_let_through(const char *settings, const char *variable)
{
	const char *keyword, *value, *next;
	size_t length = strcspn(variable, "=");

	if (length == 0 || variable[length] == '\0')
		return false;
	for (keyword = settings;
	     (next = sshsettings_next(keyword, &value)) != NULL; keyword = next)
		if (strcmp(keyword, "sendenv") == 0 &&
		    matches(variable, length, value))
			return true;
	return false;
}

const char *
sshsettings_term(const char *settings)
{
	const char *keyword, *value, *next, *term = NULL;

	/* The first one counts, even if it is empty. */
	for (keyword = settings;
	     (next = sshsettings_next(keyword, &value)) != NULL && term == NULL;
	     keyword = next)
		if (strcmp(keyword, "setenv") == 0 &&
		    strncmp(value, "TERM=", 5) == 0)
			term = value + 5;
	if (term == NULL || term[0] == '\0')
		term = getenv("TERM");
	return term != NULL ? term : "";
}

void
sshsettings_variables(const char *settings,
    void (*add)(void *argument, const char *variable), void *argument)
{
	const char *keyword, *value, *next;
	char **variable;

	for (variable = environ; variable != NULL && *variable != NULL;
	     variable++)
		if (is_let_through(settings, *variable))
			add(argument, *variable);
	for (keyword = settings;
	     (next = sshsettings_next(keyword, &value)) != NULL; keyword = next)
		if (strcmp(keyword, "setenv") == 0)
			add(argument, value);
}

static void
add_size(void *argument, const char *variable)
{
	size_t *size = argument;

	*size += strlen(variable) + 1;
}

size_t
sshsettings_variables_size(const char *settings)
{
	size_t size = 0;
	char **variable;

	if (settings != NULL)
		sshsettings_variables(settings, add_size, &size);
	else
		for (variable = environ; variable != NULL && *variable != NULL;
		     variable++)
			add_size(&size, *variable);
	return size;
}
