#include "sshconfig.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	INCLUDE_DEPTH_MAX = 16, /* as ssh_config(5) allows */
	FILE_SIZE_MAX = 16 << 20,
	USUAL_SIZE = 16384, /* of all files together, for most people */
	INCLUDE_LINE_MAX = 4096,
};

struct reader {
	struct sshconfig *config;
	struct text seen; /* what the digest is made of */
	const char *home;
	bool is_user; /* relative Includes start at ~/.ssh, not at /etc/ssh */
	int depth;
};

static void read_file(struct reader *reader, const char *path);

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool
sshconfig_split(const char *line, size_t length,
    char keyword[SSHCONFIG_KEYWORD_MAX], const char **value,
    size_t *value_length)
{
	const char *end = line + length;
	size_t at = 0;

	while (line < end && is_blank(*line))
		line++;
	while (end > line && (is_blank(end[-1]) || end[-1] == '\n'))
		end--;
	for (; line < end && !is_blank(*line) && *line != '='; line++) {
		if (at == SSHCONFIG_KEYWORD_MAX - 1)
			return false;
		/* A quoted keyword is legal and never seen; not understood. */
		if (*line == '"' || *line == '#')
			return false;
		keyword[at++] = (char)tolower((unsigned char)*line);
	}
	keyword[at] = '\0';
	if (at == 0)
		return false;
	while (line < end && is_blank(*line))
		line++;
	if (line < end && *line == '=')
		for (line++; line < end && is_blank(*line);)
			line++;
	*value = line;
	*value_length = (size_t)(end - line);
	return true;
}

/*
 * The next word of a line: quoted with " or ', with backslash in front of
 * either, or plain. Returns false at the end or where it is too long.
 */
static bool
next_word(const char **at, const char *end, char *word, size_t size)
{
	size_t length = 0;
	char quote = '\0';

	while (*at < end && is_blank(**at))
		(*at)++;
	if (*at >= end || **at == '#')
		return false;
	for (; *at < end && (quote != '\0' || !is_blank(**at)); (*at)++) {
		char c = **at;

		if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			continue;
		}
		if (c == quote && quote != '\0') {
			quote = '\0';
			continue;
		}
		if (c == '\\' && *at + 1 < end &&
		    ((*at)[1] == '"' || (*at)[1] == '\'' || (*at)[1] == '\\'))
			c = *++(*at);
		if (length + 1 >= size)
			return false;
		word[length++] = c;
	}
	word[length] = '\0';
	return true;
}

/* Include: reads what a pattern names, in glob's order as ssh does. */
static void
include(struct reader *reader, const char *pattern)
{
	char path[PATH_MAX];
	glob_t found;
	size_t i;
	int written;

	if (strchr(pattern, '%') != NULL || strstr(pattern, "${") != NULL ||
	    (pattern[0] == '~' && pattern[1] != '/')) {
		/* Expanded by newer versions of ssh, or another user's home. */
		reader->config->is_dynamic = true;
		return;
	}
	if (pattern[0] == '~')
		written = snprintf(
		    path, sizeof(path), "%s%s", reader->home, pattern + 1);
	else if (pattern[0] == '/')
		written = snprintf(path, sizeof(path), "%s", pattern);
	else if (reader->is_user)
		written = snprintf(
		    path, sizeof(path), "%s/.ssh/%s", reader->home, pattern);
	else
		written = snprintf(path, sizeof(path), "%.*s/%s",
		    (int)(strrchr(SSH_SYSTEM_CONFIG, '/') - SSH_SYSTEM_CONFIG),
		    SSH_SYSTEM_CONFIG, pattern);
	if (written < 0 || (size_t)written >= sizeof(path))
		return;
	if (reader->depth >= INCLUDE_DEPTH_MAX)
		return;
	reader->depth++;
	if (glob(path, 0, NULL, &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++)
			read_file(reader, found.gl_pathv[i]);
		globfree(&found);
	}
	reader->depth--;
}

/*
 * Criteria whose outcome is settled by the host, the users and the text of the
 * configuration. All others (exec, localnetwork, tagged, command, ...) ask for
 * more than is in the namespace text.
 */
static void
look_at_match(struct reader *reader, const char *at, const char *end)
{
	static const char *const with_value[] = {
	    "host", "originalhost", "user", "localuser"};
	char word[SSHCONFIG_VALUE_MAX], *name, *equals;
	bool is_known;
	size_t i;

	while (next_word(&at, end, word, sizeof(word))) {
		name = word[0] == '!' ? word + 1 : word;
		if (strcasecmp(name, "all") == 0 ||
		    strcasecmp(name, "canonical") == 0 ||
		    strcasecmp(name, "final") == 0)
			continue;
		if ((equals = strchr(name, '=')) != NULL)
			*equals = '\0';
		is_known = false;
		for (i = 0; i < sizeof(with_value) / sizeof(*with_value); i++)
			if (strcasecmp(name, with_value[i]) == 0)
				is_known = true;
		if (!is_known) {
			reader->config->is_dynamic = true;
			return;
		}
		if (equals == NULL &&
		    !next_word(&at, end, word, sizeof(word)))
			return;
	}
}

/* Notes ${NAME}: the connection then depends on the environment as well. */
static void
note_variables(struct reader *reader, const char *at, const char *end)
{
	char name[128];
	const char *close;
	size_t length;

	for (; at + 3 < end; at++) {
		if (at[0] != '$' || at[1] != '{')
			continue;
		close = memchr(at, '}', (size_t)(end - at));
		if (close == NULL)
			return;
		length = (size_t)(close - at - 2);
		if (length == 0 || length >= sizeof(name))
			continue;
		memcpy(name, at + 2, length);
		name[length] = '\0';
		text_add_line(&reader->config->variables, name, getenv(name));
	}
}

static void
read_line(struct reader *reader, const char *line, size_t length)
{
	char keyword[SSHCONFIG_KEYWORD_MAX], word[PATH_MAX];
	char patterns[INCLUDE_LINE_MAX];
	const char *value, *end;
	size_t value_length;

	if (!sshconfig_split(line, length, keyword, &value, &value_length))
		return;
	end = value + value_length;
	note_variables(reader, value, end);
	if (strcmp(keyword, "include") == 0) {
		if (value_length >= sizeof(patterns)) {
			reader->config->is_dynamic = true;
			return;
		}
		/* What gets included may move the text that we read from. */
		memcpy(patterns, value, value_length);
		value = patterns;
		end = value + value_length;
		while (next_word(&value, end, word, sizeof(word)))
			include(reader, word);
	} else if (strcmp(keyword, "match") == 0) {
		look_at_match(reader, value, end);
	} else if (strcmp(keyword, "controlpath") == 0) {
		if (next_word(&value, end, word, sizeof(word)) &&
		    strcasecmp(word, "none") == 0)
			reader->config->mentions_no_control_path = true;
	}
}

/* The lines of seen from one offset to another; seen grows meanwhile. */
static void
read_lines(struct reader *reader, size_t at, size_t end)
{
	const char *line, *line_end;
	size_t length;

	while (at < end && text_ok(&reader->seen)) {
		line = reader->seen.data + at;
		line_end = memchr(line, '\n', end - at);
		length = line_end != NULL ? (size_t)(line_end - line) : end - at;
		read_line(reader, line, length);
		at += length + 1;
	}
}

/* The whole file behind what has been read, or -1 with errno. */
static ssize_t
slurp(struct text *into, const char *path, size_t size)
{
	size_t length = 0;
	ssize_t got;
	char *room;
	int fd;

	if ((fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) ==
	    -1)
		return -1;
	/* One byte more than the size, so that the end is seen at once. */
	while ((room = text_room(into, size + 1 - length)) != NULL) {
		got = read(fd, room, size + 1 - length);
		if (got == -1 && errno == EINTR)
			continue;
		if (got > 0) {
			into->length += (size_t)got;
			into->data[into->length] = '\0';
			length += (size_t)got;
		}
		if (got <= 0 || length <= size)
			break;
		size *= 2; /* it grew while it was read */
		if (size > FILE_SIZE_MAX)
			break;
	}
	(void)close(fd);
	return (ssize_t)length;
}

static void
read_file(struct reader *reader, const char *path)
{
	struct stat st;
	struct text *seen = &reader->seen;
	size_t begin;
	ssize_t length;

	text_printf(seen, "%d", reader->depth);
	if (stat(path, &st) == -1 || S_ISDIR(st.st_mode)) {
		text_add(seen, "absent\n");
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		/* /dev/null is what people write for "none". */
		if (S_ISCHR(st.st_mode) && strcmp(path, "/dev/null") == 0)
			text_add(seen, "null\n");
		else
			reader->config->is_unreadable_twice = true;
		return;
	}
	if (st.st_size > FILE_SIZE_MAX) {
		reader->config->is_unreadable_twice = true;
		return;
	}
	text_add(seen, "file\n");
	begin = seen->length;
	if ((length = slurp(seen, path, (size_t)st.st_size)) > 0)
		read_lines(reader, begin, begin + (size_t)length);
}

int
sshconfig_read(
    struct sshconfig *config, const char *config_file, const char *home)
{
	struct reader reader = {.config = config, .home = home};
	char path[PATH_MAX], storage[USUAL_SIZE];

	memset(config, 0, sizeof(*config));
	text_init(&config->variables);
	text_init_in(&reader.seen, storage, sizeof(storage));
	reader.is_user = true;
	if (config_file != NULL) {
		if (strcasecmp(config_file, "none") != 0)
			read_file(&reader, config_file);
	} else {
		(void)snprintf(path, sizeof(path), "%s/.ssh/config", home);
		read_file(&reader, path);
		reader.is_user = false;
		read_file(&reader, SSH_SYSTEM_CONFIG);
	}
	if (!text_ok(&reader.seen) || !text_ok(&config->variables)) {
		text_free(&reader.seen);
		sshconfig_free(config);
		errno = ENOMEM;
		return -1;
	}
	digest_base64(reader.seen.data, reader.seen.length, config->digest);
	text_free(&reader.seen);
	return 0;
}

void
sshconfig_free(struct sshconfig *config)
{
	text_free(&config->variables);
}
