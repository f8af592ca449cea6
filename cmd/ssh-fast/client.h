/*
 * Chooses the client of the master. The multiplexing client of ssh differs
 * visibly from plain ssh. The native client leaves some features to ssh.
 * ssh-fast(1) lists the reasons.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>

struct run;

enum client_kind {
	CLIENT_IS_SSH, /* the real ssh, over the lease */
	CLIENT_IS_NATIVE,
	CLIENT_IS_NONE, /* plain ssh: neither of them would be exact */
};

struct client_choice {
	enum client_kind kind;
	const char *reason; /* a few words; "" where the user has said it */
	char words[128]; /* where these are made of others */
};

/* Fills run->client and run->native. The pool is open. */
void client_choose(struct run *run);

/*
 * Whether ssh was chosen although the native client is exact too. The native
 * client takes over a master that is not trusted.
 */
bool client_may_be_native(const struct run *run);

/* Chooses the native client, if client_may_be_native(). */
void client_become_native(struct run *run);

/* "native, because REASON" or similar, in static storage. */
const char *client_words(const struct run *run);

/*
 * ssh would say of a refused session that it is refused, and log in. Where that
 * may be, for the sessions that others have left, the server is asked first.
 */
bool client_would_be_refused(const struct run *run);

#endif
