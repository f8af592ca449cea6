#include "shared/admin.h"

#include "base/text.h"
#include "shared/commands.h"
#include "shared/home.h"
#include "shared/message.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The kernel shows this group for a group that it cannot map. */
enum { NO_GROUP = 65534 };

/* The path of the root: the given one or the default. */
static const char *
find_root(struct text *root, const char *wanted)
{
	struct text home;
	const char *path = NULL;

	if (wanted != NULL && strncmp(wanted, "~/", 2) != 0)
		return wanted;
	text_init(&home);
	if (home_of_ssh(&home) == -1)
		message("cannot find the namespaces: the user has no home "
			"directory (use --root)");
	else if ((path = home_root(root, wanted, home.data)) == NULL)
		message("cannot find the namespaces: %s", strerror(ENOMEM));
	text_free(&home);
	return path;
}

/*
 * Root takes the rights of the owner of the folder, so it cannot do more than
 * that user, whatever is in the folder.
 */
static int
become_owner(const struct namespace_root *root)
{
	gid_t group;

	if (platform_effective_user() != 0 || root->owner == 0)
		return 0;
	/* The owner may not be in the group of the folder. */
	if (home_primary_group(root->owner, &group) == -1)
		group = NO_GROUP;
	if (platform_become(root->owner, group) == 0)
		return 0;
	message(
	    "cannot become the owner of %s: %s", root->path, strerror(errno));
	return -1;
}

static int
open_root(struct admin *admin, const char *root,
    const struct catalogue_request *request)
{
	struct failure failure;

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

int
admin_open(struct admin *admin, const char *root,
    const struct catalogue_request *request)
{
	struct text path;
	int result = -1;

	memset(admin, 0, sizeof(*admin));
	admin->root.fd = -1;
	text_init(&path);
	if ((root = find_root(&path, root)) != NULL &&
	    snprintf(admin->root_path, sizeof(admin->root_path), "%s", root) >
		0)
		result = open_root(admin, root, request);
	text_free(&path);
	return result;
}

void
admin_close(struct admin *admin)
{
	catalogue_free(&admin->catalogue);
	namespace_root_close(&admin->root);
}

int
admin_read_options(
    const struct option_table *table, void *options, int argc, char *argv[])
{
	if (option_read_environment(table, options) == -1)
		return -1;
	return option_read_all(table, options, argc, argv);
}

int
admin_finish(int outcome)
{
	if (outcome == 0 && !ferror(stdout))
		return 0;
	message("cannot write the output: %s", strerror(errno));
	return EXIT_TROUBLE;
}
