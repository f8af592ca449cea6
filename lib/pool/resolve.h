/* Asks ssh for the meaning of a command line: ssh -G. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "base/digest.h"
#include "base/text.h"
#include "ssh/sshargs.h"

#include <stdbool.h>

/* The question to ssh -G. */
struct resolve_request {
	const char *ssh; /* path of the real ssh */
	const char *home; /* where ssh looks for .ssh/config */
	const struct sshargs *args;
	/*
	 * The configuration contains ControlPath none. A second question
	 * distinguishes "none" from "not set".
	 */
	bool may_have_no_control_path;
	int timeout_ms;
};

/*
 * This name replaces all key files of the command line, so the answer holds for
 * any.
 */
#define RESOLVE_KEY_FILE "/ssh-fast/key-file-of-the-command-line"

/*
 * Runs ssh -G for the connection of the command line: without its command,
 * options of the session, restrictions and names of key files. Adds the lines
 * that count to sifted (resolution.h). digest is that of the whole answer.
 *
 * Returns 0; 1 if ssh rejects the command line or the configuration, and
 * reports that itself; -1 with errno if it could not run or took too long.
 */
int resolve_ask(const struct resolve_request *request, struct text *sifted,
    char digest[DIGEST_LENGTH + 1]);

#endif
