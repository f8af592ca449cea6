/*
 * Reads a command line as ssh(1) does: clustered flags, joined or separate
 * values, options after the host, "--", ssh:// and user@host. Nothing is
 * reordered or rewritten.
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
	/* All options, in ssh's order. */
	struct sshargs_option *options;
	size_t option_count;
	/* The number of options before the destination. */
	size_t options_before_destination;
	const char *destination; /* as typed; points into argv */
	/* Parts of the destination, in the storage below; null: not given. */
	char *user, *host, *port;
	/* The command starts at this word of argv; argc if there is none. */
	int command_index;
	bool has_command;
	struct sshargs_option inline_options[SSHARGS_OPTIONS_INLINE];
	char storage[2 * SSHARGS_DESTINATION_MAX];
	size_t storage_used;
};

/*
 * Reads argv[1] to argv[argc - 1]. Returns 0 with the result in args->status,
 * and the caller calls sshargs_free(); or -1 with errno (ENOMEM).
 */
int sshargs_read(struct sshargs *args, int argc, char *const argv[]);
void sshargs_free(struct sshargs *args);

/* A flag as a word, "-x", in static storage. */
const char *sshargs_flag_word(char flag);

#endif
