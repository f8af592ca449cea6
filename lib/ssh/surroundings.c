#include "ssh/surroundings.h"

#include "base/facts.h"
#include "base/fileid.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum {
	HIDDEN_FILES_MAX = 64,
};

/* Variables that never affect a connection. All others count. */
static const char *const ignored[] = {
    /* A shell's own: how deep it is, what ran last, where it is and was. The
     * working directory itself is looked at. */
    "SHLVL", "_", "PWD", "OLDPWD", "RANDOM", "SECONDS", "LINENO", "HIST*",
    /* The terminal, its window and its multiplexer: one more of them is no
     * other user. */
    "TERM", "TERM_*", "TERMCAP", "TERMINFO*", "COLORTERM", "COLUMNS", "LINES",
    "WINDOWID", "WINDOWPATH", "TTY", "GPG_TTY", "TMUX*", "STY", "WINDOW",
    "ZELLIJ*", "VTE_VERSION", "KONSOLE_*", "SHELL_SESSION_ID",
    "GNOME_TERMINAL_*", "ITERM_*", "LC_TERMINAL*", "ALACRITTY_*", "KITTY_*",
    "WEZTERM_*", "WT_*", "TILIX_ID", "TERMINATOR_*", "XTERM_*", "INSIDE_EMACS",
    "VSCODE_*",
    /* The ssh session that we are in: where from. The keys of an agent are
     * asked for, wherever its socket is. */
    "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "SSH_AUTH_SOCK", "SSH_AGENT_PID",
    "GPG_AGENT_INFO",
    /* Prompt, colours, pager, editor: for people to look at. */
    "PS0", "PS1", "PS2", "PS3", "PS4", "PROMPT*", "RPROMPT*", "LS_COLORS",
    "LSCOLORS", "*COLORS", "CLICOLOR*", "NO_COLOR", "FORCE_COLOR", "PAGER",
    "MANPAGER", "LESS*", "EDITOR", "VISUAL", "STARSHIP_*",
    /* The login session and the desktop's start of a program. */
    "XDG_SESSION_*", "XDG_VTNR", "XDG_SEAT*", "XDG_ACTIVATION_TOKEN",
    "SESSION_MANAGER", "DESKTOP_STARTUP_ID", "GIO_LAUNCHED_*", "INVOCATION_ID",
    "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MANAGERPID*", "DISPLAY",
    "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "SUDO_COMMAND",
    "SUDO_TTY",
    /* What make tells its children of the jobs. */
    "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_TERMOUT", "MAKE_TERMERR",
    "MAKEOVERRIDES",
    /* Our own: the root and the text are looked at elsewhere. */
    "SSH_FAST_*", NULL};

/* A name; the beginning of one and "*"; or "*" and the end of one. */
static bool
matches(const char *pattern, const char *name, size_t length)
{
	size_t wanted = strlen(pattern);

	if (pattern[0] == '*')
		return length >= wanted - 1 &&
		    memcmp(name + length - (wanted - 1), pattern + 1,
			wanted - 1) == 0;
	if (pattern[wanted - 1] == '*')
		return length >= wanted - 1 &&
		    memcmp(name, pattern, wanted - 1) == 0;
	return length == wanted && memcmp(name, pattern, length) == 0;
}

static bool
is_among(const char *const *patterns, const char *name, size_t length)
{
	for (; *patterns != NULL; patterns++)
		if (matches(*patterns, name, length))
			return true;
	return false;
}

static int
compare_strings(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/*
 * The text is kept in a file and a value may be a secret, so a digest is
 * written.
 */
static void
add_variable(struct text *text, const char *variable)
{
	size_t length = strcspn(variable, "=");
	struct text name;

	text_init(&name);
	text_add_bytes(&name, variable, length);
	/* The digest includes the name, so equal values do not look equal. */
	if (text_ok(&name))
		facts_add_secret(text, FACT_ENVIRONMENT, name.data, variable,
		    strlen(variable), NULL);
	else
		text->failed = true;
	text_free(&name);
}

/* Sorted by name: the order differs between shells. */
static void
add_some(struct text *text, const char *const *patterns, bool are_wanted)
{
	const char **sorted;
	size_t count = 0, found = 0, i;

	while (environ != NULL && environ[count] != NULL)
		count++;
	if ((sorted = calloc(count + 1, sizeof(*sorted))) == NULL) {
		text->failed = true;
		return;
	}
	for (i = 0; i < count; i++)
		if (is_among(patterns, environ[i], strcspn(environ[i], "=")) ==
		    are_wanted)
			sorted[found++] = environ[i];
	if (found > 1)
		qsort(sorted, found, sizeof(*sorted), compare_strings);
	for (i = 0; i < found; i++)
		add_variable(text, sorted[i]);
	free(sorted);
}

void
surroundings_add_environment(struct text *text)
{
	add_some(text, ignored, false);
}

void
surroundings_add_variables(struct text *text, const char *const *patterns)
{
	add_some(text, patterns, true);
}

void
surroundings_add_folder(struct text *text)
{
	char path[PATH_MAX], id[FILEID_SIZE], *names[HIDDEN_FILES_MAX];
	const struct dirent *entry;
	size_t count = 0, i;
	DIR *folder;

	if (getcwd(path, sizeof(path)) != NULL)
		facts_add(text, FACT_FOLDER, NULL, path);
	else
		facts_add(text, FACT_FOLDER, "unknown", "");
	if ((folder = opendir(".")) == NULL)
		return;
	while (count < HIDDEN_FILES_MAX && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] == '.' && fileid_look(id, entry->d_name) &&
		    (names[count] = strdup(entry->d_name)) != NULL)
			count++;
	(void)closedir(folder);
	if (count > 1)
		qsort(names, count, sizeof(*names), compare_strings);
	for (i = 0; i < count; i++) {
		(void)fileid_look(id, names[i]);
		facts_add(text, FACT_HIDDEN_FILE, names[i], id);
		free(names[i]);
	}
}

void
surroundings_add_contexts(struct text *text)
{
	static const char *const files[] = {".kube/config", ".aws/config",
	    ".aws/credentials", ".config/gcloud/active_config",
	    ".config/gcloud/configurations/config_default",
	    ".azure/azureProfile.json", ".docker/config.json",
	    ".tsh/current-profile", ".cloudflared/config.yml", ".netrc"};
	const char *home = getenv("HOME");
	char path[PATH_MAX], id[FILEID_SIZE];
	size_t i;

	for (i = 0; home != NULL && i < sizeof(files) / sizeof(*files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", home, files[i]);
		if (!fileid_look(id, path))
			continue;
		facts_add(text, FACT_CONTEXT_FILE, files[i], id);
	}
}
