/*
 * Reads a command line as ssh(1) does, so that the same words mean the same
 * here and there: clustered flags, values glued or apart, options after the
 * host, "--", ssh:// and user@host. Nothing is ever reordered or rewritten.
 */
#ifndef SSHARGS_H
#define SSHARGS_H

#include <stdbool.h>
#include <stddef.h>

enum sshargs_status {
	SSHARGS_OK,
	SSHARGS_NO_DESTINATION,
	SSHARGS_BAD, /* ssh would print its usage, or an error of its own */
};

struct sshargs_option {
	char flag;
	const char *value; /* points into argv; null for a flag without one */
	char *letter; /* where it stands in argv */
};

enum { SSHARGS_OPTIONS_INLINE = 32, SSHARGS_DESTINATION_MAX = 512 };

struct sshargs {
	enum sshargs_status status;
	/* All options in the order in which ssh meets them. */
	struct sshargs_option *options;
	size_t option_count;
	/* How many of them stand in front of the destination. */
	size_t options_before_destination;
	const char *destination; /* as typed; points into argv */
	/* Out of the destination, in storage below; null: not given. */
	char *user, *host, *port;
	/* The command's words: argv from there on; argc where there is none. */
	int command_index;
	bool has_command;
	struct sshargs_option inline_options[SSHARGS_OPTIONS_INLINE];
	char storage[2 * SSHARGS_DESTINATION_MAX];
	size_t storage_used;
};

/*
 * Reads argv[1] to argv[argc - 1]. 0 with the outcome in args->status, and
 * sshargs_free() is owed; or -1 with errno (ENOMEM).
 */
int sshargs_read(struct sshargs *args, int argc, char *const argv[]);
void sshargs_free(struct sshargs *args);

/* A flag as a word, "-x", in static storage. */
const char *sshargs_flag_word(char flag);

#endif
