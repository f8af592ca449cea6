#include "ssh/trail.h"

#include "base/facts.h"
#include "base/fileid.h"
#include "ssh/mention.h"

#include <limits.h>
#include <string.h>

enum {
	SCRIPT_DEPTH_MAX = 2,
	MENTIONS_MAX = 128, /* of one command, with its scripts */
};

void
trail_add_file(struct text *text, const char *path, const char *id)
{
	char digest[FACTS_DIGEST_LENGTH + 1];

	facts_digest(path, strlen(path), digest);
	facts_add(text, FACT_PROGRAM_FILE, digest, id);
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Files of the system, and files that contain no settings. */
static bool
is_of_the_system(const char *path)
{
	static const char *const folders[] = {
	    "/usr/", "/bin/", "/sbin/", "/lib", "/dev/", "/proc/", "/sys/"};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

/* A walk through a command and the scripts that it names. */
struct walk {
	struct text *text;
	int left; /* mentions */
	int depth; /* of scripts: 0, the command itself */
};

static void add_mentions(struct walk *walk, const char *from, const char *end);

static void
add_mentioned(struct walk *walk, const char *piece)
{
	char path[PATH_MAX], id[FILEID_SIZE];
	struct text script;
	bool is_path = mention_path(path, piece);

	/* Scripts have too many words to look up all of them. */
	if (!is_path && walk->depth == 0 && fileid_look(id, piece))
		trail_add_file(walk->text, piece, id);
	if (!is_path && (walk->depth > 0 || !mention_program(path, piece)))
		return;
	if (is_path && walk->depth > 0 && is_of_the_system(path))
		return;
	/* Folders are skipped: they change with each file in them. */
	if (!fileid_look(id, path)) {
		if (walk->depth == 0 && strcmp(id, "absent") == 0)
			trail_add_file(walk->text, path, id);
		return;
	}
	trail_add_file(walk->text, path, id);
	if (walk->depth >= SCRIPT_DEPTH_MAX ||
	    !mention_read_script(&script, path))
		return;
	walk->depth++;
	add_mentions(walk, script.data, script.data + script.length);
	walk->depth--;
	text_free(&script);
}

static void
add_mentions(struct walk *walk, const char *from, const char *end)
{
	char piece[PATH_MAX];

	while (walk->left > 0 && mention_next(&from, end, piece)) {
		if (strchr(piece, '%') != NULL || piece[0] == '-')
			continue;
		if (walk->depth == 0 || strchr(piece, '/') != NULL) {
			walk->left--;
			add_mentioned(walk, piece);
		}
	}
}

void
trail_add(struct text *text, const char *command)
{
	struct walk walk = {.text = text, .left = MENTIONS_MAX};

	add_mentions(&walk, command, command + strlen(command));
}

/* Words with which a shell or a script examines processes. */
static bool
looks_around(const char *at, const char *end)
{
	static const char *const parts[] = {"PPID", "getppid", "psutil",
	    "/proc", "/dev/fd", "/dev/std", "/dev/tty"};
	static const char *const words[] = {"ps", "pgrep", "pidof", "pstree",
	    "lsof", "fuser", "tty", "stty", "-t"};
	char piece[PATH_MAX];
	size_t i;

	while (mention_next(&at, end, piece)) {
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (strstr(piece, parts[i]) != NULL)
				return true;
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(last_part(piece), words[i]) == 0)
				return true;
	}
	return false;
}

bool
trail_looks_around(const char *command)
{
	const char *at = command, *end = command + strlen(command);
	char piece[PATH_MAX], path[PATH_MAX];
	struct text script;
	int left = MENTIONS_MAX;
	bool found = looks_around(command, end);

	while (!found && left-- > 0 && mention_next(&at, end, piece)) {
		if ((!mention_path(path, piece) &&
			!mention_program(path, piece)) ||
		    !mention_read_script(&script, path))
			continue;
		found = looks_around(script.data, script.data + script.length);
		text_free(&script);
	}
	return found;
}
