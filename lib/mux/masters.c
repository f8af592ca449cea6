#include "mux/masters.h"

#include "base/array.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct masters {
	struct master {
		char *path;
		pid_t pid;
		bool is_stopped;
	} * list;
	size_t count, room;
	bool failed; /* for want of memory */
};

/*
 * A backgrounded master calls itself "ssh: CONTROL-PATH [mux]". The file may
 * hold blanks or zeros behind it, where the arguments were longer.
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

static bool
add_master(void *argument, pid_t pid, int command_line_fd)
{
	struct masters *masters = argument;
	struct master *master;
	char bytes[4096 + 1], *path;
	ssize_t got = read(command_line_fd, bytes, sizeof(bytes) - 1);

	if (got <= 0 || (path = path_in_title(bytes, (size_t)got)) == NULL)
		return true;
	masters->failed = true;
	if (!array_make_room((void **)&masters->list, masters->count,
		&masters->room, sizeof(*masters->list)))
		return false;
	master = &masters->list[masters->count];
	master->pid = pid;
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

pid_t
masters_find(
    const struct masters *masters, const char *socket_path, bool *is_stopped)
{
	const struct master wanted = {.path = (char *)socket_path};
	const struct master *master = NULL;

	if (masters->count > 0)
		master = bsearch(&wanted, masters->list, masters->count,
		    sizeof(wanted), compare_masters);
	*is_stopped = master != NULL && master->is_stopped;
	return master != NULL ? master->pid : 0;
}

struct search {
	const char *text;
	bool is_found;
};

/* False once it is found: then nobody else has to be looked at. */
static bool
search_command_line(void *argument, pid_t pid, int command_line_fd)
{
	/* Of a backgrounded master it is the title that ssh gives itself. */
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
		if (is_first && held >= sizeof(master_title) - 1 &&
		    memcmp(bytes, master_title, sizeof(master_title) - 1) == 0)
			break;
		is_first = false;
		for (at = 0; !search->is_found && at + length <= held; at++)
			search->is_found =
			    memcmp(bytes + at, search->text, length) == 0;
		/* The text may lie across two reads. */
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
	struct search search = {.text = text};

	platform_each_process(search_command_line, &search);
	return search.is_found;
}
