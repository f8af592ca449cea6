#include "shared/admin.h"

#include "shared/commands.h"
#include "shared/environment.h"
#include "shared/home.h"
#include "shared/message.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBE_TIMEOUT_MS = 500, PROBE_TIMEOUT_MS_MAX = 60000 };
/* The group that owns nothing: what the kernel shows for one it cannot map. */
enum { NO_GROUP = 65534 };

/* The path of the root: as wanted, of the environment, or the default. */
static const char *
find_root(char root[PATH_MAX], const char *wanted)
{
	char home[PATH_MAX];

	if (wanted == NULL &&
	    (wanted = environment_get("SSH_FAST_ROOT")) != NULL &&
	    wanted[0] == '\0')
		wanted = NULL;
	if (wanted != NULL && strncmp(wanted, "~/", 2) != 0)
		return wanted;
	if (home_of_ssh(home) == -1) {
		message("cannot find the namespaces: the user has no home "
			"directory (use --root)");
		return NULL;
	}
	return home_root(root, wanted, home);
}

/*
 * Root, who looks at or cleans what is another user's, can do no more there
 * than that user, whatever has been put in the way.
 */
static int
become_owner(const struct namespace_root *root)
{
	gid_t group;

	if (platform_effective_user() != 0 || root->owner == 0)
		return 0;
	/* The group of the folder may be one that the owner is not in. */
	if (home_primary_group(root->owner, &group) == -1)
		group = NO_GROUP;
	if (platform_become(root->owner, group) == 0)
		return 0;
	message(
	    "cannot become the owner of %s: %s", root->path, strerror(errno));
	return -1;
}

int
admin_open(struct admin *admin, const char *root,
    const struct catalogue_request *request)
{
	struct failure failure;
	char path[PATH_MAX];

	memset(admin, 0, sizeof(*admin));
	admin->root.fd = -1;
	if ((root = find_root(path, root)) == NULL)
		return -1;
	if (namespace_root_open_of_any(&admin->root, root, &failure) == 0) {
		if (become_owner(&admin->root) == -1) {
			namespace_root_close(&admin->root);
			return -1;
		}
		if (catalogue_read(&admin->catalogue, &admin->root, request,
			&failure) == 0)
			return 0;
		namespace_root_close(&admin->root);
	} else if (failure.kind == FAILURE_SYSTEM && failure.error == ENOENT) {
		return 0;
	}
	message_failure(&failure);
	return -1;
}

void
admin_close(struct admin *admin)
{
	catalogue_free(&admin->catalogue);
	namespace_root_close(&admin->root);
}

bool
admin_number(const char *value, int minimum, int maximum, int *number)
{
	char *end;
	long parsed;

	errno = 0;
	parsed = strtol(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    parsed < minimum || parsed > maximum)
		return false;
	*number = (int)parsed;
	return true;
}

int
admin_probe_timeout_ms(void)
{
	static const char variable[] = "SSH_FAST_PROBE_TIMEOUT";
	const char *value = environment_get(variable);
	int timeout_ms = PROBE_TIMEOUT_MS;

	if (value == NULL || value[0] == '\0' ||
	    admin_number(value, 1, PROBE_TIMEOUT_MS_MAX, &timeout_ms))
		return timeout_ms;
	message("bad value in %s: %s (it takes 1 to %d)", variable, value,
	    PROBE_TIMEOUT_MS_MAX);
	return -1;
}

int
admin_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	message("cannot write the output: %s", strerror(errno));
	return EXIT_TROUBLE;
}

int
admin_print_version(const char *program)
{
	(void)printf("%s %s\n", program, SSH_FAST_VERSION);
	return admin_flush();
}

int
admin_print_help(const char *help)
{
	(void)fputs(help, stdout);
	return admin_flush();
}

int
admin_usage_error(const char *program)
{
	message("see %s --help", program);
	return EXIT_USAGE;
}
