/* Asking ssh itself what a command line would do: ssh -G. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "base/digest.h"
#include "base/text.h"
#include "ssh/sshargs.h"

#include <stdbool.h>

/* What ssh -G is to be asked. */
struct resolve_request {
	const char *ssh; /* path of the real ssh */
	const char *home; /* where ssh looks for .ssh/config */
	const struct sshargs *args;
	/*
	 * The configuration mentions ControlPath none: it is asked a second
	 * time, in a way that tells "none" from "not set".
	 */
	bool may_have_no_control_path;
	int timeout_ms;
};

/*
 * The name that stands for all key files of the command line, which are no part
 * of the question: so that the answer holds for any.
 */
#define RESOLVE_KEY_FILE "/ssh-fast/key-file-of-the-command-line"

/*
 * Runs ssh -G for the connection that the command line asks for: without its
 * command, the options that concern the session alone, the restrictions and
 * the names of key files. Adds the lines that count to sifted (resolution.h);
 * digest is that of the whole answer.
 *
 * 0; 1 where ssh rejects the command line or the configuration, and is the one
 * to say so; -1 with errno where it could not be run or took longer than that.
 */
int resolve_ask(const struct resolve_request *request, struct text *sifted,
    char digest[DIGEST_LENGTH + 1]);

#endif
