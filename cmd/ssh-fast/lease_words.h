/* The words that make ssh use a leased master. */
#ifndef LEASE_WORDS_H
#define LEASE_WORDS_H

#include "namespace/namespace.h"
#include "ssh-fast/run.h"

#include <stdbool.h>

/*
 * -oControlMaster=auto -oControlPersist=N -S PATH. For a login, -MNTf replaces
 * the first.
 */
enum { LEASE_WORDS = 4 };
struct lease_words {
	char persist[40];
	char socket[2 * NAMESPACE_SOCKET_PATH_MAX + 1];
	char **argv;
	/*
	 * For a login: its relative paths start from the folder of this
	 * process.
	 */
	bool stays_in_folder;
	char *inline_argv[64];
};

/*
 * Makes the argv of a leased run: our words, then the user's, unchanged. It is
 * valid as long as words, run and its argv. Returns 0, or -1 with errno.
 */
int lease_words_make(
    struct lease_words *words, const struct run *run, const char *socket_path);

/*
 * Makes the argv of the login that starts a master at this path: our words,
 * then those of the user that affect a login. The caller frees words->argv.
 * Returns 0, or -1 with errno.
 */
int lease_words_make_master(
    struct lease_words *words, const struct run *run, const char *socket_path);

/*
 * Over a master, ssh -f stays in the foreground (tried with 9.2). It implies
 * -n. So in the background every -f in argv becomes -n, in place.
 */
void lease_words_for_background(struct run *run);

/*
 * Whether argv begins with such words. A script in place of ssh that calls
 * ssh-fast passes them back, and would loop for ever.
 */
bool lease_words_are_in_front(int argc, char *argv[]);

#endif
