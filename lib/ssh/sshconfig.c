#include "ssh/sshconfig.h"

#include "ssh/sshreference.h"
#include "ssh/sshwords.h"
#include "ssh/trail.h"

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
	/* For all files together. Only ssh reads more. */
	SIZE_MAX_TOGETHER = 16 << 20,
	FILES_MAX = 4096,
	/* For all files together of most users, on the stack. */
	USUAL_SIZE = 4096,
	READ_SIZE = 16384,
	INCLUDE_PATH_MAX = 1024,
};

struct reader {
	struct sshconfig *config;
	struct text seen; /* what the digest is made of */
	const char *include_home; /* what "~" and "" stand for in Include */
	bool is_user; /* relative Includes start at ~/.ssh, not at /etc/ssh */
	bool is_owner_checked; /* of this file; of included ones it always is */
	int depth;
	int files;
};

static void read_file(struct reader *reader, const char *path);

static void
doubt(struct reader *reader, const char *why)
{
	if (reader->config->doubt == NULL)
		reader->config->doubt = why;
}

/*
 * Include: reads the files of a pattern, in the order of glob(3), as ssh does.
 */
static void
include(struct reader *reader, const char *pattern)
{
	char path[INCLUDE_PATH_MAX];
	glob_t found;
	size_t i;
	int written;

	if (strchr(pattern, '%') != NULL || strchr(pattern, '$') != NULL ||
	    (pattern[0] == '~' && pattern[1] != '/')) {
		/*
		 * Newer versions expand it, or it is the home of another user.
		 */
		doubt(reader,
		    "an Include in the configuration has %, $ or "
		    "~user in it");
		return;
	}
	if (pattern[0] == '~')
		written = snprintf(path, sizeof(path), "%s%s",
		    reader->include_home, pattern + 1);
	else if (pattern[0] == '/')
		written = snprintf(path, sizeof(path), "%s", pattern);
	else if (reader->is_user)
		written = snprintf(path, sizeof(path), "%s/.ssh/%s",
		    reader->include_home, pattern);
	else
		written = snprintf(path, sizeof(path), "%.*s/%s",
		    (int)(strrchr(SSH_SYSTEM_CONFIG, '/') - SSH_SYSTEM_CONFIG),
		    SSH_SYSTEM_CONFIG, pattern);
	if (written < 0 || (size_t)written >= sizeof(path)) {
		doubt(reader, "an Include in the configuration is too long");
		return;
	}
	/*
	 * The count separates the files of one Include from those of the next.
	 */
	if (glob(path, 0, NULL, &found) != 0) {
		text_add(&reader->seen, "include 0\n");
		return;
	}
	text_printf(
	    &reader->seen, "include %lu\n", (unsigned long)found.gl_pathc);
	reader->depth++;
	for (i = 0; i < found.gl_pathc && reader->config->doubt == NULL; i++)
		read_file(reader, found.gl_pathv[i]);
	reader->depth--;
	globfree(&found);
}

/*
 * Match: the host, the users and the text of the configuration decide some
 * criteria. Only ssh can decide others. A criterion that depends on the session
 * cannot hold for a connection that sessions share.
 */
static void
look_at_match(struct reader *reader, const char *at, const char *end)
{
	static const char *const settled[] = {
	    "host", "originalhost", "user", "localuser"};
	static const char *const asked[] = {
	    "exec", "localnetwork", "tagged", "version"};
	char word[SSHWORDS_VALUE_MAX], *name, *equals;
	enum sshwords_status got;
	bool is_exec;

	while ((got = sshwords_next(&at, end, word, sizeof(word))) ==
	    SSHWORDS_WORD) {
		name = word[0] == '!' ? word + 1 : word;
		if (strcasecmp(name, "all") == 0)
			continue;
		if (strcasecmp(name, "canonical") == 0 ||
		    strcasecmp(name, "final") == 0) {
			reader->config->has_second_pass = true;
			continue;
		}
		if ((equals = strchr(name, '=')) != NULL)
			*equals = '\0';
		if (sshwords_is_one_of(
			name, asked, sizeof(asked) / sizeof(asked[0])))
			reader->config->is_dynamic = true;
		else if (!sshwords_is_one_of(name, settled,
			     sizeof(settled) / sizeof(settled[0])))
			doubt(reader,
			    "Match in the configuration goes by "
			    "something that ssh-fast does not know");
		is_exec = strcasecmp(name, "exec") == 0;
		if (equals == NULL &&
		    (got = sshwords_next(&at, end, word, sizeof(word))) !=
			SSHWORDS_WORD)
			break;
		if (is_exec &&
		    trail_looks_around(equals != NULL ? equals + 1 : word))
			doubt(reader,
			    "Match exec in the configuration looks at "
			    "processes or descriptors");
	}
	if (got == SSHWORDS_TOO_LONG)
		doubt(reader, "a Match in the configuration is too long");
}

static bool
is_empty_or_comment(const char *line, size_t length)
{
	while (length > 0 && sshwords_is_blank(*line)) {
		line++;
		length--;
	}
	return length == 0 || *line == '#';
}

static void
read_include(struct reader *reader, const char *value, size_t length)
{
	/* An included file may move the text that is being read. */
	const size_t begin = (size_t)(value - reader->seen.data);
	size_t at = 0;
	char word[INCLUDE_PATH_MAX];
	const char *next;
	enum sshwords_status got;

	for (;;) {
		value = reader->seen.data + begin;
		next = value + at;
		got = sshwords_next(&next, value + length, word, sizeof(word));
		if (got != SSHWORDS_WORD || !text_ok(&reader->seen))
			break;
		at = (size_t)(next - value);
		include(reader, word);
	}
	if (got == SSHWORDS_TOO_LONG)
		doubt(reader, "an Include in the configuration is too long");
}

static void
read_line(struct reader *reader, const char *line, size_t length)
{
	struct sshconfig *config = reader->config;
	char keyword[SSHWORDS_KEYWORD_MAX], word[sizeof("none")];
	const char *value;
	size_t value_length;

	if (!sshwords_split(line, length, keyword, &value, &value_length)) {
		if (!is_empty_or_comment(line, length))
			doubt(reader,
			    "a line of the configuration is written "
			    "in a way that ssh-fast does not know");
		return;
	}
	sshreference_note(config, keyword, value, value_length);
	if (strcmp(keyword, "include") == 0)
		read_include(reader, value, value_length);
	else if (strcmp(keyword, "match") == 0)
		look_at_match(reader, value, value + value_length);
	else if (strcmp(keyword, "controlpath") == 0 &&
	    sshwords_next(&value, value + value_length, word, sizeof(word)) ==
		SSHWORDS_WORD &&
	    strcasecmp(word, "none") == 0)
		config->mentions_no_control_path = true;
}

/* The lines of seen between two offsets. seen grows during the loop. */
static void
read_lines(struct reader *reader, size_t at, size_t end)
{
	const char *line, *line_end;
	size_t length;

	while (at < end && text_ok(&reader->seen) &&
	    reader->config->doubt == NULL) {
		line = reader->seen.data + at;
		line_end = memchr(line, '\n', end - at);
		length =
		    line_end != NULL ? (size_t)(line_end - line) : end - at;
		read_line(reader, line, length);
		at += length + 1;
	}
}

/*
 * Appends the whole file. Returns -1 if it cannot be opened; ssh treats it as
 * empty then. The size of the file is only a start: files that the kernel makes
 * while they are read have none.
 */
static ssize_t
slurp(struct reader *reader, const char *path, size_t size)
{
	struct text *into = &reader->seen;
	size_t begin = into->length, wanted;
	ssize_t got = 0;
	char *room;
	int fd;

	if ((fd = openat(AT_FDCWD, path,
		 O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) == -1)
		return -1;
	/* One byte more than the size, to see the end at once. */
	for (wanted = size + 1; (room = text_room(into, wanted)) != NULL;) {
		got = read(fd, room, wanted);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		into->length += (size_t)got;
		into->data[into->length] = '\0';
		if (into->length - begin == size)
			break;
		if (into->length > SIZE_MAX_TOGETHER) {
			doubt(reader, "the configuration is too large");
			break;
		}
		wanted = READ_SIZE;
	}
	if (got == -1)
		doubt(reader, "the configuration cannot be read");
	(void)close(fd);
	return (ssize_t)(into->length - begin);
}

/*
 * A plain file: its lines, then its length. The length ends each entry of the
 * digest, so other files, or another order, cannot have the same digest.
 */
static void
read_plain_file(struct reader *reader, const char *path, size_t size)
{
	struct text *seen = &reader->seen;
	size_t begin;
	ssize_t length;

	text_add(seen, "file\n");
	begin = seen->length;
	length = slurp(reader, path, size);
	text_printf(seen, ":%ld\n", (long)length);
	if (length > 0)
		read_lines(reader, begin, begin + (size_t)length);
}

/*
 * ssh refuses to run if others can write to the file of the user or to an
 * included file. Some versions allow a group without other members. So the
 * group is part of the digest, and ssh is asked once.
 */
static void
look_at_owner(struct reader *reader, const struct stat *st)
{
	if (!reader->is_owner_checked && reader->depth == 0)
		return;
	if ((st->st_uid != 0 && st->st_uid != getuid()) ||
	    (st->st_mode & S_IWOTH) != 0)
		doubt(reader,
		    "ssh refuses the owner or the permissions of a file of "
		    "the configuration");
	else if ((st->st_mode & S_IWGRP) != 0)
		text_printf(
		    &reader->seen, "group %lu\n", (unsigned long)st->st_gid);
}

static void
read_file(struct reader *reader, const char *path)
{
	struct stat st;
	struct text *seen = &reader->seen;

	if (reader->depth > INCLUDE_DEPTH_MAX) {
		doubt(reader, "the configuration includes more than ssh reads");
		return;
	}
	if (++reader->files > FILES_MAX) {
		doubt(reader, "the configuration is in too many files");
		return;
	}
	text_printf(seen, "%d", reader->depth);
	if (stat(path, &st) == -1 || S_ISDIR(st.st_mode)) {
		text_add(seen, "absent\n");
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		/* People write /dev/null for "none". */
		if (S_ISCHR(st.st_mode) && strcmp(path, "/dev/null") == 0)
			text_add(seen, "null\n");
		else
			doubt(reader, "the configuration is not a plain file");
		return;
	}
	look_at_owner(reader, &st);
	if (seen->length + (size_t)st.st_size > SIZE_MAX_TOGETHER)
		doubt(reader, "the configuration is too large");
	else
		read_plain_file(reader, path, (size_t)st.st_size);
}

static void
read_file_of_user(struct reader *reader, const char *home)
{
	char storage[256];
	struct text path;

	text_init_in(&path, storage, sizeof(storage));
	text_add(&path, home);
	text_add(&path, "/.ssh/config");
	if (text_ok(&path))
		read_file(reader, path.data);
	else
		doubt(reader, "there is no memory to read the configuration");
	text_free(&path);
}

int
sshconfig_read(
    struct sshconfig *config, const char *config_file, const char *home)
{
	struct reader reader = {.config = config};
	char storage[USUAL_SIZE];

	memset(config, 0, sizeof(*config));
	text_init(&config->variables);
	text_init_in(&reader.seen, storage, sizeof(storage));
	/* glob(3) with GLOB_TILDE uses $HOME, even for relative names. */
	reader.include_home = getenv("HOME");
	if (reader.include_home == NULL || reader.include_home[0] == '\0')
		reader.include_home = home;
	reader.is_user = true;
	if (config_file != NULL) {
		if (strcasecmp(config_file, "none") != 0)
			read_file(&reader, config_file);
	} else {
		reader.is_owner_checked = true;
		read_file_of_user(&reader, home);
		reader.is_owner_checked = false;
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
