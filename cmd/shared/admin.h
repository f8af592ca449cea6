/* What ssh-fast-ls and ssh-fast-gc have in common. */
#ifndef ADMIN_H
#define ADMIN_H

#include "namespace/catalogue.h"
#include "namespace/namespace.h"

#include <stdbool.h>

/* Exit statuses of both. */
enum { EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

struct admin {
	struct namespace_root root;
	struct catalogue catalogue;
};

/*
 * Opens the root (null: that of SSH_FAST_ROOT, or the default) and lists its
 * namespaces. One that does not exist has none. 0 and admin_close() is owed,
 * or -1 after a message.
 */
int admin_open(struct admin *admin, const char *root,
    const struct catalogue_request *request);
void admin_close(struct admin *admin);

/* A whole number from minimum to maximum. False where it is none. */
bool admin_number(const char *value, int minimum, int maximum, int *number);

/* SSH_FAST_PROBE_TIMEOUT, or the default. -1 after a message. */
int admin_probe_timeout_ms(void);

/* Flushes stdout. 0, or EXIT_TROUBLE after a message that it cannot be. */
int admin_flush(void);

/* Prints "NAME VERSION" or the help on stdout. The exit status. */
int admin_print_version(const char *program);
int admin_print_help(const char *help);

/* "see NAME --help" on stderr, for options that are none. */
int admin_usage_error(const char *program);

#endif
