#include "shared/health_program.h"

#include "platform/platform.h"
#include "shared/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "ssh-fast-health"

/* Whether only root and this user can put another file there. */
static bool
is_ours(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 &&
	    (st.st_uid == 0 || st.st_uid == platform_effective_user()) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/*
 * The program beside this one. In a folder that others can write to, such as
 * /tmp, it may be the program of another user.
 */
static bool
find_beside(char path[PATH_MAX])
{
	size_t length;
	char *slash;

	if (!platform_own_path(path) || (slash = strrchr(path, '/')) == NULL)
		return false;
	*slash = '\0';
	if (!is_ours(slash > path ? path : "/"))
		return false;
	length = (size_t)(slash - path);
	(void)snprintf(path + length, PATH_MAX - length, "/%s", PROGRAM);
	return is_ours(path) && access(path, X_OK) == 0;
}

bool
health_program_find(char path[PATH_MAX])
{
	const char *at = environment_get("PATH");
	size_t length;

	if (find_beside(path))
		return true;
	for (; at != NULL; at = at[length] == ':' ? at + length + 1 : NULL) {
		length = strcspn(at, ":");
		/* Never from the current folder. */
		if (at[0] != '/')
			continue;
		if ((size_t)snprintf(path, PATH_MAX, "%.*s/%s", (int)length, at,
			PROGRAM) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
	}
	return false;
}
