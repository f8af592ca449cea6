/* The common part of ssh-fast-ls and ssh-fast-gc. */
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
 * Opens the root (null: the default) and lists its namespaces. A missing root
 * has none. Returns 0, and the caller calls admin_close(); or -1 after a
 * message.
 */
int admin_open(struct admin *admin, const char *root,
    const struct catalogue_request *request);
void admin_close(struct admin *admin);

/*
 * Reads the variables, then the options. Returns the number of operands, from
 * argv[1] on; or -1 after a message.
 */
int admin_read_options(
    const struct option_table *table, void *options, int argc, char *argv[]);

/*
 * The exit status after the last output: 0, or EXIT_TROUBLE after a message if
 * it could not be written.
 */
int admin_finish(int outcome);

#endif
