#include "shared/health_program.h"

#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "ssh-fast-health"

bool
health_program_find(char path[PATH_MAX])
{
	const char *at = getenv("PATH"), *slash;
	size_t length;

	if (platform_own_path(path) && (slash = strrchr(path, '/')) != NULL) {
		length = (size_t)(slash - path) + 1;
		(void)snprintf(path + length, PATH_MAX - length, "%s", PROGRAM);
		if (access(path, X_OK) == 0)
			return true;
	}
	for (; at != NULL; at = at[length] == ':' ? at + length + 1 : NULL) {
		length = strcspn(at, ":");
		/* Nothing out of the current folder, whatever that is. */
		if (at[0] != '/')
			continue;
		if ((size_t)snprintf(path, PATH_MAX, "%.*s/%s", (int)length, at,
			PROGRAM) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
	}
	return false;
}
