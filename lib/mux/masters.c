#include "mux/masters.h"

#include "base/array.h"
#include "base/number.h"
#include "platform/platform.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct masters {
	struct master *list;
	size_t count, room;
	bool failed; /* for want of memory */
};

/*
 * A master that was the client of its first session has the title "ssh:
 * CONTROL-PATH [mux]". Blanks or zeros can follow if its arguments were longer.
 */
static char *
path_in_title(char *title, size_t length)
{
	static const char end[] = " [mux]";
	char *path;

	while (length > 0 &&
	    (title[length - 1] == '\0' || title[length - 1] == ' '))
		length--;
	title[length] = '\0';
	if (length <= sizeof(end) - 1 || strlen(title) != length ||
	    strcmp(title + length - (sizeof(end) - 1), end) != 0 ||
	    (path = strstr(title, ": /")) == NULL)
		return NULL;
	title[length - (sizeof(end) - 1)] = '\0';
	return path + 2;
}

/*
 * A master that was started alone keeps its command line. The first words,
 * which a cold start adds, identify it.
 */
static const char master_words[] = "\0-MNTf\0-oControlPersist=";

/* Their start, or null. */
static const char *
find_master_words(const char *bytes, size_t length)
{
	const size_t size = sizeof(master_words) - 1;
	size_t at;

	for (at = 0; at + size <= length; at++)
		if (memcmp(bytes + at, master_words, size) == 0)
			return bytes + at;
	return NULL;
}

/*
 * The path after -S, in place, where "%" is written twice, and the time before
 * it.
 */
static char *
path_in_words(char *bytes, size_t length, int *persist_secs)
{
	static const char in_front[] = "-S\0";
	const char *end = bytes + length, *found, *from;
	char *path, *to;

	*(bytes + length) = '\0';
	if ((found = find_master_words(bytes, length)) == NULL)
		return NULL;
	found += sizeof(master_words) - 1;
	if (!number_read(found, 0, INT_MAX, persist_secs))
		*persist_secs = -1;
	found += strlen(found) + 1;
	if (found + sizeof(in_front) - 1 >= end ||
	    memcmp(found, in_front, sizeof(in_front) - 1) != 0)
		return NULL;
	from = found + sizeof(in_front) - 1;
	path = to = bytes + (from - bytes);
	for (; *from != '\0'; from++) {
		if (from[0] == '%' && from[1] == '%')
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return path;
}

static bool
add_master(void *argument, pid_t pid, int command_line_fd)
{
	struct masters *masters = argument;
	struct master *master;
	char bytes[4096 + 1], *path;
	int persist_secs = -1;
	ssize_t got = read(command_line_fd, bytes, sizeof(bytes) - 1);

	if (got <= 0 ||
	    ((path = path_in_words(bytes, (size_t)got, &persist_secs)) ==
		    NULL &&
		(path = path_in_title(bytes, (size_t)got)) == NULL))
		return true;
	masters->failed = true;
	if (!array_make_room((void **)&masters->list, masters->count,
		&masters->room, sizeof(*masters->list)))
		return false;
	master = &masters->list[masters->count];
	master->pid = pid;
	master->persist_secs = persist_secs;
	master->is_stopped = platform_process_is_stopped(pid);
	if ((master->path = strdup(path)) == NULL)
		return false;
	masters->count++;
	masters->failed = false;
	return true;
}

static int
compare_masters(const void *a, const void *b)
{
	const struct master *left = a, *right = b;

	return strcmp(left->path, right->path);
}

struct masters *
masters_take(void)
{
	struct masters *masters = calloc(1, sizeof(*masters));

	if (masters == NULL)
		return NULL;
	platform_each_process(add_master, masters);
	if (masters->failed) {
		masters_free(masters);
		errno = ENOMEM;
		return NULL;
	}
	if (masters->count > 0)
		qsort(masters->list, masters->count, sizeof(*masters->list),
		    compare_masters);
	return masters;
}

void
masters_free(struct masters *masters)
{
	size_t i;

	if (masters == NULL)
		return;
	for (i = 0; i < masters->count; i++)
		free(masters->list[i].path);
	free(masters->list);
	free(masters);
}

const struct master *
masters_find(const struct masters *masters, const char *socket_path)
{
	const struct master wanted = {.path = (char *)socket_path};

	if (masters->count == 0)
		return NULL;
	return bsearch(&wanted, masters->list, masters->count, sizeof(wanted),
	    compare_masters);
}

struct search {
	const char *text;
	bool passes_masters;
	bool is_found;
};

/* Returns false when it is found, to end the walk. */
static bool
search_command_line(void *argument, pid_t pid, int command_line_fd)
{
	/* The title that ssh gives itself as a master that was a client. */
	static const char master_title[] = "ssh: ";
	struct search *search = argument;
	const size_t length = strlen(search->text);
	char bytes[4096];
	size_t held = 0, at;
	ssize_t got;
	bool is_first = true;

	(void)pid;
	while (!search->is_found &&
	    (got = read(command_line_fd, bytes + held, sizeof(bytes) - held)) >
		0) {
		held += (size_t)got;
		if (is_first && search->passes_masters &&
		    ((held >= sizeof(master_title) - 1 &&
			 memcmp(bytes, master_title,
			     sizeof(master_title) - 1) == 0) ||
			find_master_words(bytes, held) != NULL))
			break;
		is_first = false;
		for (at = 0; !search->is_found && at + length <= held; at++)
			search->is_found =
			    memcmp(bytes + at, search->text, length) == 0;
		/* The text may be split over two reads. */
		if (held > length) {
			memmove(bytes, bytes + held - length, length);
			held = length;
		}
	}
	return !search->is_found;
}

bool
masters_others_name(const char *text)
{
	struct search search = {.text = text, .passes_masters = true};

	platform_each_process(search_command_line, &search);
	return search.is_found;
}

bool
masters_or_others_name(const char *text)
{
	struct search search = {.text = text};

	platform_each_process(search_command_line, &search);
	return search.is_found;
}
