#include "shared/home.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "platform/platform.h"
#include "shared/environment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_BELOW_HOME "/.ssh/ssh-fast"
/* A slower directory service delays ssh too. */
enum { GETENT_TIMEOUT_MS = 5000, GETENT_OUTPUT_MAX = 65536 };

/* The entry of a user in the password database. */
struct account {
	struct text *home; /* it is added here, unless null */
	gid_t group;
};

/*
 * name:password:uid:gid:comment:home:shell. Returns 0 for the entry of the
 * user.
 */
static int
read_passwd_line(struct account *account, const char *line, uid_t user)
{
	const char *fields[6];
	char *end;
	size_t number;

	for (number = 0; number < 6; number++) {
		fields[number] = line;
		line = strchr(line, ':');
		if (line++ == NULL)
			return -1;
	}
	if (strtoul(fields[2], &end, 10) != user || *end != ':' ||
	    fields[5][0] != '/')
		return -1;
	account->group = (gid_t)strtoul(fields[3], &end, 10);
	if (end == fields[3] || *end != ':')
		return -1;
	if (account->home == NULL)
		return 0;
	text_add_bytes(
	    account->home, fields[5], (size_t)(line - 1 - fields[5]));
	return text_ok(account->home) ? 0 : -1;
}

/*
 * getent(1) finds users of a directory service, as the C library of ssh does.
 */
static int
ask_getent(struct account *account, uid_t user)
{
	char number[24];
	char *const argv[] = {
	    (char *)"/usr/bin/getent", (char *)"passwd", number, NULL};
	struct text output;
	int result = -1;

	(void)snprintf(number, sizeof(number), "%lu", (unsigned long)user);
	text_init(&output);
	if (child_run(argv, NULL, &output, GETENT_OUTPUT_MAX,
		deadline_in_ms(GETENT_TIMEOUT_MS)) == 0 &&
	    text_ok(&output))
		result = read_passwd_line(account, output.data, user);
	text_free(&output);
	return result;
}

/*
 * getpwuid(3) at less cost. In a static program it reads the same file with
 * five more system calls. In a dynamic program it loads libraries. Returns 0,
 * or -1 if the user is not in the file.
 */
static int
read_passwd_file(struct account *account, uid_t user)
{
	char buffer[2048], *line, *end;
	size_t held = 0;
	ssize_t got;
	bool is_too_long = false;
	int fd, result = -1;

	if ((fd = openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	while (result == -1 &&
	    (got = read(fd, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
		held += (size_t)got;
		buffer[held] = '\0';
		for (line = buffer;
		     result == -1 && (end = strchr(line, '\n')) != NULL;
		     line = end + 1) {
			*end = '\0';
			if (!is_too_long)
				result = read_passwd_line(account, line, user);
			is_too_long = false;
		}
		held -= (size_t)(line - buffer);
		memmove(buffer, line, held);
		/* getent(1) reads a line that does not fit. */
		if (held == sizeof(buffer) - 1) {
			is_too_long = true;
			held = 0;
		}
	}
	(void)close(fd);
	return result;
}

int
home_of_ssh(struct text *home)
{
	struct account account = {.home = home};
	uid_t user = platform_user();

	if (read_passwd_file(&account, user) == 0)
		return 0;
	return ask_getent(&account, user);
}

int
home_primary_group(uid_t user, gid_t *group)
{
	struct account account = {.home = NULL};

	if (read_passwd_file(&account, user) == -1 &&
	    ask_getent(&account, user) == -1)
		return -1;
	*group = account.group;
	return 0;
}

static void
default_root(struct text *root, const char *ssh_home)
{
	const char *home = environment_get("HOME");
	struct stat st;

	if (home == NULL || home[0] != '/' ||
	    (strcmp(home, ssh_home) != 0 &&
		(stat(home, &st) == -1 ||
		    st.st_uid != platform_effective_user())))
		home = ssh_home;
	text_add(root, home);
	text_add(root, ROOT_BELOW_HOME);
}

const char *
home_root(struct text *root, const char *wanted, const char *ssh_home)
{
	if (wanted == NULL) {
		default_root(root, ssh_home);
	} else if (strncmp(wanted, "~/", 2) == 0) {
		text_add(root, ssh_home);
		text_add(root, wanted + 1);
	} else {
		return wanted;
	}
	return text_ok(root) ? root->data : NULL;
}
