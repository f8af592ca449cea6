#include "ssh-fast/settings.h"

#include "base/wildcard.h"
#include "platform/platform.h"
#include "shared/home.h"
#include "shared/message.h"
#include "ssh/sshwords.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTINGS_NAME "/config"
enum { SETTINGS_MAX = 1024 * 1024 };

/* A file while its lines are read. */
struct reading {
	struct options *options;
	const char *path, *host;
	size_t line;
	bool counts; /* the lines are for this host */
};

static enum settings_status
fail(struct failure *failure, enum failure_kind kind, const char *path)
{
	(void)failure_set(failure, kind, "read", path, NULL);
	return SETTINGS_FAILED;
}

/* "Host" and its patterns: at least one matches, and none after a "!". */
static bool
read_host(struct reading *reading, const char *at, const char *end)
{
	char word[SSHWORDS_VALUE_MAX];
	bool fits = false, is_refused = false, is_empty = true;
	enum sshwords_status status;

	while ((status = sshwords_next(&at, end, word, sizeof(word))) ==
	    SSHWORDS_WORD) {
		is_empty = false;
		if (word[0] == '!')
			is_refused |= wildcard_matches(word + 1, reading->host);
		else
			fits |= wildcard_matches(word, reading->host);
	}
	reading->counts = fits && !is_refused;
	return status == SSHWORDS_END && !is_empty;
}

/* The value stays in the file, and options point to it. */
static bool
read_setting(
    struct reading *reading, const char *keyword, char *value, const char *end)
{
	char word[SSHWORDS_VALUE_MAX], more[2], allowed[OPTION_ALLOWED_MAX];
	const char *at = value;

	if (sshwords_next(&at, end, word, sizeof(word)) != SSHWORDS_WORD) {
		message("%s line %zu: %s needs a value", reading->path,
		    reading->line, keyword);
		return false;
	}
	if (sshwords_next(&at, end, more, sizeof(more)) != SSHWORDS_END) {
		message("%s line %zu: %s takes one value, and here is more",
		    reading->path, reading->line, keyword);
		return false;
	}
	memcpy(value, word, strlen(word) + 1);
	switch (options_take_setting(reading->options, keyword, value,
	    reading->line, reading->counts, allowed)) {
	case SETTING_TAKEN:
		return true;
	case SETTING_UNKNOWN:
		message("%s line %zu: unknown keyword %s", reading->path,
		    reading->line, keyword);
		return false;
	case SETTING_BAD:
	default:
		message("%s line %zu: bad value for %s: %s (it takes %s)",
		    reading->path, reading->line, keyword, value, allowed);
		return false;
	}
}

static bool
read_line(struct reading *reading, char *line, size_t length)
{
	char keyword[SSHWORDS_KEYWORD_MAX];
	const char *value;
	size_t value_length;

	while (length > 0 && sshwords_is_blank(*line)) {
		line++;
		length--;
	}
	if (length == 0 || *line == '#')
		return true;
	if (!sshwords_split(line, length, keyword, &value, &value_length)) {
		message("%s line %zu: this is not understood", reading->path,
		    reading->line);
		return false;
	}
	/* As it is written, for messages. */
	memcpy(keyword, line, strlen(keyword));
	if (strcasecmp(keyword, "host") != 0)
		return read_setting(reading, keyword, line + (value - line),
		    value + value_length);
	if (read_host(reading, value, value + value_length))
		return true;
	message("%s line %zu: Host wants patterns of host names", reading->path,
	    reading->line);
	return false;
}

static enum settings_status
read_lines(struct reading *reading, struct text *content)
{
	char *line = content->data, *end;

	if (strlen(line) != content->length) {
		message("%s: it holds a NUL, and is no text", reading->path);
		return SETTINGS_BAD;
	}
	for (; *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end != '\0')
			*end++ = '\0';
		reading->line++;
		if (!read_line(reading, line, strlen(line)))
			return SETTINGS_BAD;
	}
	return SETTINGS_READ;
}

static enum settings_status
read_content(int fd, struct text *content, const char *path, off_t size,
    struct failure *failure)
{
	char *room;
	ssize_t got;

	if (size > SETTINGS_MAX) {
		errno = EFBIG;
		return fail(failure, FAILURE_SYSTEM, path);
	}
	do {
		if ((room = text_room(content, (size_t)size + 1)) == NULL)
			return fail(failure, FAILURE_MEMORY, path);
		got = read(fd, room, (size_t)size + 1);
		if (got == -1 && errno != EINTR)
			return fail(failure, FAILURE_SYSTEM, path);
		if (got > 0)
			content->length += (size_t)got;
	} while (got != 0 && content->length <= SETTINGS_MAX);
	content->data[content->length] = '\0';
	return SETTINGS_READ;
}

/* The check of ssh for its own file: no other user may have written it. */
static enum settings_status
check(const struct stat *st, const char *path)
{
	const char *problem = NULL;

	if (!S_ISREG(st->st_mode))
		problem = "it is no plain file";
	else if (st->st_uid != platform_user() && st->st_uid != 0)
		problem = "it belongs to another user";
	else if ((st->st_mode & 022) != 0)
		problem = "it may be written by others";
	if (problem == NULL)
		return SETTINGS_READ;
	message("cannot trust %s: %s", path, problem);
	return SETTINGS_BAD;
}

static enum settings_status
read_file(
    struct reading *reading, struct text *content, struct failure *failure)
{
	const char *path = reading->path;
	enum settings_status status;
	struct stat st;
	/* O_NONBLOCK: opening a FIFO does not wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	/* Faults of the folders above are reported when they are used. */
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		    ? SETTINGS_READ
		    : fail(failure, FAILURE_SYSTEM, path);
	if (fstat(fd, &st) == -1)
		status = fail(failure, FAILURE_SYSTEM, path);
	else if ((status = check(&st, path)) == SETTINGS_READ)
		status = read_content(fd, content, path, st.st_size, failure);
	(void)close(fd);
	return status == SETTINGS_READ ? read_lines(reading, content) : status;
}

/* The path of the settings; false if there is none. */
static bool
find_file(struct run *run, struct text *path)
{
	struct text root;
	char storage[256];
	const char *found;

	text_init_in(&root, storage, sizeof(storage));
	found = home_root(&root, run->options.root, run->home.data);
	if (found != NULL) {
		text_add(path, found);
		text_add(path, SETTINGS_NAME);
	}
	text_free(&root);
	return found != NULL && text_ok(path);
}

enum settings_status
settings_read(struct run *run, struct failure *failure)
{
	struct reading reading = {.options = &run->options, .counts = true};

	text_init_in(&run->home, run->home_storage, sizeof(run->home_storage));
	text_init(&run->settings);
	text_init_in(&run->settings_path, run->settings_path_storage,
	    sizeof(run->settings_path_storage));
	if (sshargs_read(&run->args, run->argc, run->argv) == -1)
		return fail(failure, FAILURE_MEMORY, "the command line");
	/* Without a host there are no settings. */
	if (run->args.host == NULL || home_of_ssh(&run->home) == -1)
		return SETTINGS_READ;
	if (!find_file(run, &run->settings_path))
		return fail(failure, FAILURE_MEMORY, SETTINGS_NAME);
	reading.path = run->settings_path.data;
	reading.host = run->args.host;
	return read_file(&reading, &run->settings, failure);
}
