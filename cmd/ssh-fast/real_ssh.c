#include "ssh-fast/real_ssh.h"

#include "shared/environment.h"
#include "shared/message.h"
#include "platform/platform.h"
#include "ssh-fast/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The default of PATH, as confstr(3) has it. */
#define DEFAULT_PATH "/usr/bin:/bin"
/* The depth of nested plain runs that counts as a loop. */
enum { DEPTH_MAX = 8 };
/*
 * The variable with the script that called this run. It is set only for a
 * script that mentions ssh-fast. Such a script may call ssh-fast, which must
 * not choose it again.
 */
#define BEHIND_VARIABLE "SSH_FAST_BEHIND"

/*
 * A mark within the first bytes of every ssh-fast, so every copy, link or other
 * version is recognised. It is an ELF note, which the linker places after the
 * program headers.
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
	PROGRAM_MARKED_SCRIPT, /* mentions ssh-fast, and does not run it */
	PROGRAM_WRAPPER, /* a script that runs ssh-fast */
	PROGRAM_OURSELVES,
};

static bool
contains_mark(const char *bytes, size_t length)
{
	const size_t size = sizeof(MARK) - 1;
	const char *at, *end;

	if (length < size)
		return false;
	end = bytes + length - size + 1;
	for (at = bytes; (at = memchr(at, MARK[0], (size_t)(end - at))) != NULL;
	     at++)
		if (memcmp(at, MARK, size) == 0)
			return true;
	return false;
}

/*
 * The part of a file that is read. The mark of a binary is in a smaller part.
 * Both buffers are small: one page of stack more is one page fault more.
 */
enum { BINARY_HEAD = 1024, SCRIPT_HEAD = 4096 };

/* Any file but an ELF file is a script: the shell runs those without #!. */
static __attribute__((noinline)) enum program_kind
look_at_script(int fd)
{
	char bytes[SCRIPT_HEAD];
	ssize_t length = pread(fd, bytes, sizeof(bytes), 0);

	if (length <= 0)
		return PROGRAM_NONE;
	if (!contains_mark(bytes, (size_t)length))
		return PROGRAM_SCRIPT;
	return script_runs(bytes, (size_t)length, MARK) ? PROGRAM_WRAPPER
							: PROGRAM_MARKED_SCRIPT;
}

static enum program_kind
look_at_file(int fd)
{
	char bytes[BINARY_HEAD];
	ssize_t length = read(fd, bytes, sizeof(bytes));

	/* A folder, for example, cannot be read, or is empty. */
	if (length < 2) {
		errno = ENOEXEC;
		return PROGRAM_NONE;
	}
	if (bytes[0] != '\177')
		return look_at_script(fd);
	return contains_mark(bytes, (size_t)length) ? PROGRAM_OURSELVES
						    : PROGRAM_BINARY;
}

static enum program_kind
look_at(const char *path)
{
	enum program_kind kind;
	int fd, saved_errno;

	fd = openat(
	    AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 && errno != EACCES)
		return PROGRAM_NONE;
	if (access(path, X_OK) == -1) {
		if (fd != -1)
			(void)close(fd);
		return PROGRAM_NONE;
	}
	/* A user may execute it but not read it. */
	if (fd == -1)
		return platform_is_own_program(path) ? PROGRAM_OURSELVES
						     : PROGRAM_BINARY;
	kind = look_at_file(fd);
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return kind;
}

/*
 * A script that runs ssh-fast would loop, and so would the script that called
 * this run.
 */
static bool
is_usable(enum program_kind kind, const char *path)
{
	const char *behind;

	if (kind != PROGRAM_MARKED_SCRIPT)
		return kind == PROGRAM_BINARY || kind == PROGRAM_SCRIPT;
	behind = environment_get(BEHIND_VARIABLE);
	return behind == NULL || strcmp(behind, path) != 0;
}

/* Passes the script on to the program that runs in place of ssh. */
static int
take(struct real_ssh *ssh, enum program_kind kind)
{
	ssh->is_script = kind != PROGRAM_BINARY;
	ssh->is_behind_script = getenv(BEHIND_VARIABLE) != NULL;
	if (kind == PROGRAM_MARKED_SCRIPT)
		return setenv(BEHIND_VARIABLE, ssh->path.data, 1);
	return ssh->is_behind_script ? unsetenv(BEHIND_VARIABLE) : 0;
}

/* PATH as execvp(3) takes it: an empty entry is the current directory. */
static bool
set_path(struct real_ssh *ssh, const char *folder, size_t length)
{
	text_free(&ssh->path);
	text_init_in(&ssh->path, ssh->storage, sizeof(ssh->storage));
	text_add_bytes(&ssh->path, folder, length);
	text_add(&ssh->path, length > 0 ? "/" : "./");
	text_add(&ssh->path, ssh->argv0);
	return text_ok(&ssh->path);
}

static int
search_path(struct real_ssh *ssh, bool is_verbose)
{
	const char *at = environment_get("PATH"), *path;
	enum program_kind kind;
	size_t length;

	if (at == NULL)
		at = DEFAULT_PATH;
	for (;; at += length + 1) {
		length = strcspn(at, ":");
		if (set_path(ssh, at, length)) {
			path = ssh->path.data;
			kind = look_at(path);
			if (is_usable(kind, path))
				return take(ssh, kind);
			if (is_verbose && kind != PROGRAM_NONE)
				message("skipping %s: it %s", path,
				    kind == PROGRAM_OURSELVES
					? "is ssh-fast"
					: "runs ssh-fast");
		}
		if (at[length] == '\0')
			break;
	}
	message("cannot find %s: PATH has none but ssh-fast itself "
		"(set SSH_FAST_SSH)",
	    ssh->argv0);
	return -1;
}

int
real_ssh_find(struct real_ssh *ssh, const char *wanted, bool is_verbose)
{
	enum program_kind kind;

	text_init_in(&ssh->path, ssh->storage, sizeof(ssh->storage));
	ssh->argv0 = wanted != NULL ? wanted : "ssh";
	if (strchr(ssh->argv0, '/') == NULL)
		return search_path(ssh, is_verbose);
	text_add(&ssh->path, wanted);
	if (!text_ok(&ssh->path)) {
		message("cannot run %s: %s", wanted, strerror(ENOMEM));
		return -1;
	}
	kind = look_at(ssh->path.data);
	if (kind == PROGRAM_OURSELVES) {
		message("cannot run %s: it is ssh-fast itself", wanted);
		return -1;
	}
	if (kind == PROGRAM_NONE) {
		message("cannot run %s: %s", wanted, strerror(errno));
		return -1;
	}
	return take(ssh, kind);
}

/* As execvp(3) does for a script without a #! line. */
static void
exec_by_shell(const struct real_ssh *ssh, char *argv[])
{
	size_t count = 0, i;
	char **words;

	while (argv[count] != NULL)
		count++;
	if ((words = calloc(count + 2, sizeof(*words))) == NULL)
		return;
	words[0] = (char *)"/bin/sh";
	words[1] = ssh->path.data;
	for (i = 1; i < count; i++)
		words[i + 1] = argv[i];
	(void)execv(words[0], words);
	free(words);
}

void
real_ssh_exec(const struct real_ssh *ssh, char *argv[], bool may_come_back)
{
	argv[0] = (char *)ssh->argv0;
	if (may_come_back) {
		if (platform_depth() >= DEPTH_MAX) {
			errno = ELOOP;
			return;
		}
		platform_deepen();
	}
	(void)execv(ssh->path.data, argv);
	if (errno == ENOEXEC)
		exec_by_shell(ssh, argv);
}
