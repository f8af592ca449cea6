/* ssh-fast as the client of a warm master. */
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
};

/* Fills in run->native. The pool is open. */
void native_prepare(struct run *run);

enum native_end {
	NATIVE_ENDED, /* *status is what to exit with; the lease is released */
	NATIVE_TO_SSH, /* nothing has begun: over the lease, by the real ssh */
	/* The server refuses the session, and the lease, a slot, is given up. */
	NATIVE_TO_ANOTHER,
	NATIVE_TO_PLAIN, /* nothing has begun, and the lease is released */
	/* Its server did not answer. The lease is held, and cold now. */
	NATIVE_TO_LOGIN,
	NATIVE_TO_NEXT, /* the same, and its master is not leased again */
};

/* Runs the session over the lease, after native_prepare(). */
enum native_end native_run(struct run *run, int *status);

#endif
