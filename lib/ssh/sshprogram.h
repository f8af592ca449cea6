/*
 * Programs that the configuration runs on the way to a host, and all that they
 * depend on: everything they could read, unless they are known to depend only
 * on their arguments.
 */
#ifndef SSHPROGRAM_H
#define SSHPROGRAM_H

#include "base/text.h"
#include "ssh/sshargs.h"

#include <limits.h>
#include <stdbool.h>

enum sshprogram_kind {
	SSHPROGRAM_ANY, /* it may go by anything */
	SSHPROGRAM_KNOWN, /* it goes by its words and some variables */
	SSHPROGRAM_JUMP, /* ssh ... -W: its own configuration counts */
};

enum { SSHPROGRAM_WORDS_MAX = 64 };

/* A parsed command. */
struct sshprogram {
	enum sshprogram_kind kind;
	const char *command; /* as it was given */
	/* For the two kinds that are known: */
	char path[PATH_MAX]; /* of the program */
	char *words[SSHPROGRAM_WORDS_MAX + 1];
	int word_count;
	const char *const *variables; /* that it reads, up to a null */
	char storage[2048]; /* where the words are */
};

/* Parses a command that ssh gives to a shell. The command must stay valid. */
void sshprogram_read(struct sshprogram *program, const char *command);

/*
 * Adds a line for each thing that the program depends on, except its arguments.
 */
void sshprogram_add(struct text *text, const struct sshprogram *program);

/* The same for an unknown command or library. */
void sshprogram_add_any(struct text *text, const char *command);

#endif
