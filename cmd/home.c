#include "home.h"

#include "child.h"
#include "deadline.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_BELOW_HOME "/.ssh/ssh-fast"
/* A directory service that takes longer keeps ssh waiting just as well. */
enum { GETENT_TIMEOUT_MS = 5000, GETENT_OUTPUT_MAX = 65536 };

/*
 * A statically linked program reads /etc/passwd and nothing else. Users that
 * come from a directory service are asked for through getent(1), as ssh's own
 * C library would.
 */
static int
ask_getent(char home[PATH_MAX])
{
	char user[24], *field;
	char *const argv[] = {(char *)"/usr/bin/getent", (char *)"passwd",
	    user, NULL};
	struct text output;
	int number, result = -1;

	(void)snprintf(user, sizeof(user), "%ld", (long)getuid());
	text_init(&output);
	if (child_run(argv, NULL, &output, GETENT_OUTPUT_MAX,
		deadline_in_ms(GETENT_TIMEOUT_MS)) == 0 &&
	    text_ok(&output)) {
		/* name:password:uid:gid:comment:home:shell */
		field = output.data;
		for (number = 0; field != NULL && number < 5; number++)
			if ((field = strchr(field, ':')) != NULL)
				field++;
		if (field != NULL && field[0] == '/') {
			(void)snprintf(home, PATH_MAX, "%.*s",
			    (int)strcspn(field, ":\n"), field);
			result = 0;
		}
	}
	text_free(&output);
	return result;
}

int
home_of_ssh(char home[PATH_MAX])
{
	const struct passwd *entry = getpwuid(getuid());

	if (entry == NULL || entry->pw_dir == NULL)
		return ask_getent(home);
	(void)snprintf(home, PATH_MAX, "%s", entry->pw_dir);
	return 0;
}

void
home_default_root(char root[PATH_MAX], const char *ssh_home)
{
	const char *home = getenv("HOME");
	struct stat st;

	if (home == NULL || home[0] != '/' || stat(home, &st) == -1 ||
	    st.st_uid != geteuid())
		home = ssh_home;
	(void)snprintf(root, PATH_MAX, "%s%s", home, ROOT_BELOW_HOME);
}
