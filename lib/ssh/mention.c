#include "ssh/mention.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRIPT_MAX = 65536 };

/* The default of PATH. */
#define DEFAULT_PATH "/usr/bin:/bin"

bool
mention_next(const char **at, const char *end, char piece[PATH_MAX])
{
	static const char between[] = " \t\r\n\f\v\"'`\\;|&<>()[],:=";
	size_t length;

	do {
		while (*at < end && strchr(between, **at) != NULL)
			(*at)++;
		for (length = 0; *at + length < end &&
		     strchr(between, (*at)[length]) == NULL;)
			length++;
		if (length == 0)
			return false;
		if (length < PATH_MAX) {
			memcpy(piece, *at, length);
			piece[length] = '\0';
		}
		*at += length;
	} while (length >= PATH_MAX);
	return true;
}

bool
mention_path(char path[PATH_MAX], const char *piece)
{
	static const char *const homes[] = {"~/", "$HOME/", "${HOME}/"};
	const char *home = getenv("HOME");
	int written = PATH_MAX;
	size_t i;

	if (strchr(piece, '/') == NULL)
		return false;
	for (i = 0; i < sizeof(homes) / sizeof(homes[0]); i++)
		if (strncmp(piece, homes[i], strlen(homes[i])) == 0 &&
		    home != NULL)
			written = snprintf(path, PATH_MAX, "%s/%s", home,
			    piece + strlen(homes[i]));
	if (written == PATH_MAX && strpbrk(piece, "$%~*?{}") == NULL)
		written = snprintf(path, PATH_MAX, "%s", piece);
	return written > 0 && written < PATH_MAX;
}

bool
mention_program(char path[PATH_MAX], const char *name)
{
	const char *at = getenv("PATH");
	struct stat st;
	size_t length;
	int written;

	if (name[0] == '\0' || strpbrk(name, "/$%~*?{}") != NULL)
		return false;
	if (at == NULL)
		at = DEFAULT_PATH;
	for (;; at += length + 1) {
		length = strcspn(at, ":");
		written = snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, at,
		    length > 0 ? "/" : "./", name);
		if (written > 0 && written < PATH_MAX && stat(path, &st) == 0 &&
		    S_ISREG(st.st_mode) && access(path, X_OK) == 0)
			return true;
		if (at[length] == '\0')
			return false;
	}
}

bool
mention_read_script(struct text *script, const char *path)
{
	struct stat st;
	ssize_t got = 0;
	char *room;
	int fd;

	text_init(script);
	fd = openat(
	    AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= SCRIPT_MAX &&
	    (room = text_room(script, (size_t)st.st_size)) != NULL)
		got = read(fd, room, (size_t)st.st_size);
	(void)close(fd);
	/* A binary program has zeros, near its start. */
	if (got > 0 && memchr(script->data, '\0', (size_t)got) == NULL) {
		script->data[got] = '\0';
		script->length = (size_t)got;
		return true;
	}
	text_free(script);
	return false;
}
