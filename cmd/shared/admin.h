/* What ssh-fast-ls and ssh-fast-gc have in common. */
#ifndef ADMIN_H
#define ADMIN_H

#include "namespace/catalogue.h"
#include "namespace/namespace.h"
#include "shared/option.h"

#include <limits.h>

/* Exit statuses of both. */
enum { EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

struct admin {
	struct namespace_root root; /* its fd is -1 where there is none */
	char root_path[PATH_MAX]; /* as it was asked for */
	struct catalogue catalogue;
};

/*
 * Opens the root (null: the default) and lists its
 * namespaces. One that does not exist has none. 0 and admin_close() is owed,
 * or -1 after a message.
 */
int admin_open(struct admin *admin, const char *root,
    const struct catalogue_request *request);
void admin_close(struct admin *admin);

/*
 * Reads the variables, and then the options. How many operands there are, from
 * argv[1] on; or -1 after a message.
 */
int admin_read_options(
    const struct option_table *table, void *options, int argc, char *argv[]);

/*
 * The exit status behind the last output, whose outcome is 0 or else: 0, or
 * EXIT_TROUBLE after a message that it cannot be written.
 */
int admin_finish(int outcome);

#endif
