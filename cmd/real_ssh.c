#include "real_ssh.h"

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What PATH means where it is not set: confstr(3) would say the same. */
#define DEFAULT_PATH "/usr/bin:/bin"
/* How deep scripts called ssh may be nested before it is called a loop. */
#define DEPTH_VARIABLE "SSH_FAST_DEPTH"
enum { DEPTH_MAX = 8 };

/*
 * A mark that any ssh-fast bears within the first bytes of its file, so that
 * every copy, link or other version is known for what it is: an ELF note,
 * which the linker places behind the program headers.
 */
#define MARK "ssh-fast"
static const struct {
	uint32_t name_size, content_size, type;
	char name[12];
} note __attribute__((section(".note.ssh-fast"), used, aligned(4))) = {
    sizeof(MARK), 0, 1, MARK};

enum program_kind {
	PROGRAM_NONE, /* not there, or not executable */
	PROGRAM_BINARY,
	PROGRAM_SCRIPT,
	PROGRAM_MARKED_SCRIPT, /* mentions ssh-fast at its beginning */
	PROGRAM_OURSELVES,
};

static bool
contains_mark(const char *bytes, size_t length)
{
	size_t i;

	for (i = 0; i + sizeof(MARK) - 1 <= length; i++)
		if (memcmp(bytes + i, MARK, sizeof(MARK) - 1) == 0)
			return true;
	return false;
}

static enum program_kind
look_at(const char *path)
{
	char bytes[4096];
	ssize_t length;
	int fd;

	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 && errno != EACCES)
		return PROGRAM_NONE;
	if (access(path, X_OK) == -1) {
		if (fd != -1)
			(void)close(fd);
		return PROGRAM_NONE;
	}
	/* One that may be executed and not read is none of ours. */
	if (fd == -1)
		return PROGRAM_BINARY;
	/* A folder or the like cannot be read, or gives nothing. */
	length = read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	if (length < 2) {
		errno = ENOEXEC;
		return PROGRAM_NONE;
	}
	if (bytes[0] == '#' && bytes[1] == '!')
		return contains_mark(bytes, (size_t)length)
		    ? PROGRAM_MARKED_SCRIPT
		    : PROGRAM_SCRIPT;
	return contains_mark(bytes, (size_t)length) ? PROGRAM_OURSELVES
						    : PROGRAM_BINARY;
}

/* A script that speaks of ssh-fast very likely calls it: next, please. */
static bool
is_usable(enum program_kind kind)
{
	return kind == PROGRAM_BINARY || kind == PROGRAM_SCRIPT;
}

static int
search_path(struct real_ssh *ssh, const char *name)
{
	const char *at = getenv("PATH");
	enum program_kind kind;
	size_t length;
	int written;

	if (at == NULL)
		at = DEFAULT_PATH;
	for (;; at += length + 1) {
		length = strcspn(at, ":");
		/* An empty entry is the current directory: execvp(3). */
		written = snprintf(ssh->path, sizeof(ssh->path), "%.*s%s%s",
		    (int)length, at, length > 0 ? "/" : "./", name);
		if (written > 0 && (size_t)written < sizeof(ssh->path)) {
			kind = look_at(ssh->path);
			ssh->is_script = kind == PROGRAM_SCRIPT;
			if (is_usable(kind))
				return 0;
		}
		if (at[length] == '\0')
			break;
	}
	message("cannot find %s: there is none in PATH but ssh-fast itself "
		"(set SSH_FAST_SSH)",
	    name);
	return -1;
}

int
real_ssh_find(struct real_ssh *ssh, const char *wanted)
{
	enum program_kind kind;

	if (wanted == NULL) {
		ssh->argv0 = "ssh";
		return search_path(ssh, "ssh");
	}
	ssh->argv0 = wanted;
	if (strchr(wanted, '/') == NULL)
		return search_path(ssh, wanted);
	(void)snprintf(ssh->path, sizeof(ssh->path), "%s", wanted);
	kind = look_at(ssh->path);
	ssh->is_script =
	    kind == PROGRAM_SCRIPT || kind == PROGRAM_MARKED_SCRIPT;
	if (kind == PROGRAM_OURSELVES) {
		message("cannot run %s: it is ssh-fast itself", wanted);
		return -1;
	}
	if (kind == PROGRAM_NONE) {
		message("cannot run %s: %s", wanted, strerror(errno));
		return -1;
	}
	return 0;
}

void
real_ssh_exec(const struct real_ssh *ssh, char *argv[], bool may_come_back)
{
	const char *value = getenv(DEPTH_VARIABLE);
	long depth = value != NULL ? strtol(value, NULL, 10) : 0;
	char next[16];

	argv[0] = (char *)ssh->argv0;
	/*
	 * A binary is ssh, and sees the environment it would see without us.
	 * A script may lead back here: then the depth is counted.
	 */
	if (ssh->is_script && may_come_back) {
		if (depth < 0 || depth >= DEPTH_MAX) {
			errno = ELOOP;
			return;
		}
		(void)snprintf(next, sizeof(next), "%ld", depth + 1);
		(void)setenv(DEPTH_VARIABLE, next, 1);
	}
	(void)execv(ssh->path, argv);
}
