/*
 * Programs that the configuration has run on the way to a host, and what they
 * go by: all that they could read, unless they are known to go by their words.
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

/* A command, taken apart. */
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

/* Takes apart what ssh hands to a shell; the command must stay. */
void sshprogram_read(struct sshprogram *program, const char *command);

/* Adds a line for each thing that the program goes by, but for its words. */
void sshprogram_add(struct text *text, const struct sshprogram *program);

/* The same for whatever may go by anything: a command, or a library. */
void sshprogram_add_any(struct text *text, const char *command);

#endif
