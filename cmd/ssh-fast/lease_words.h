/* The words that make ssh use a leased master, in front of the user's own. */
#ifndef LEASE_WORDS_H
#define LEASE_WORDS_H

#include "namespace/namespace.h"
#include "ssh-fast/run.h"

#include <stdbool.h>

/*
 * -oControlMaster=auto -oControlPersist=N -S PATH; of a login, which is no
 * session, -MNTf in the place of the first.
 */
enum { LEASE_WORDS = 4 };
struct lease_words {
	char persist[40];
	char socket[2 * NAMESPACE_SOCKET_PATH_MAX + 1];
	char **argv;
	/* Of a login: what it names starts from the folder of this process. */
	bool stays_in_folder;
	char *inline_argv[64];
};

/*
 * Makes the argv for a leased run: our words, then the user's as they are.
 * Valid as long as words, run and its argv are. 0, or -1 with errno.
 */
int lease_words_make(
    struct lease_words *words, const struct run *run, const char *socket_path);

/*
 * Makes the argv of the login that leaves a master at that path: our words,
 * then those of the user's that concern a login. words->argv is to be freed.
 * 0, or -1 with errno.
 */
int lease_words_make_master(
    struct lease_words *words, const struct run *run, const char *socket_path);

/*
 * Over a master, ssh -f stays in the foreground (measured on 9.2). It means -n
 * and more, so where this process is in the background already, every -f in
 * argv becomes -n, in place.
 */
void lease_words_for_background(struct run *run);

/*
 * Whether argv begins with such words: a script in the place of ssh that calls
 * ssh-fast hands them back, and would do so for ever.
 */
bool lease_words_are_in_front(int argc, char *argv[]);

#endif
