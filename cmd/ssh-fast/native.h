/* ssh-fast as the client of a warm master, in the place of the real ssh. */
#ifndef NATIVE_H
#define NATIVE_H

#include "mux/streams.h"
#include "ssh/sshsession.h"

#include <stdbool.h>

struct run;

struct native {
	struct sshsession wanted;
	struct stream_kinds kinds; /* of standard input to error */
	bool wants_tty;
	bool tty_is_refused; /* standard input is no terminal: ssh says so */
	/* Why the real ssh is to be run even where a master lives; or null. */
	const char *refusal;
};

/* Decides who is to be the client: fills run->native. The pool is open. */
void native_decide(struct run *run);

/* Why the client is ssh: null where it is not, "" where it is by default. */
const char *native_reason(const struct run *run);

enum native_end {
	NATIVE_ENDED, /* *status is what to exit with; the lease is released */
	NATIVE_TO_SSH, /* nothing has begun: over the lease, by the real ssh */
	NATIVE_TO_PLAIN, /* nothing has begun, and the lease is released */
};

/* Runs the session over the warm lease, which native_decide() was for. */
enum native_end native_run(struct run *run, int *status);

#endif
