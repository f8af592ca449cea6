/*
 * Relays the standard error of a login. A master that was started with -v keeps
 * its standard error. It is our pipe, so a reader of the standard error of the
 * caller does not wait for the master.
 */
#ifndef LOGIN_WORDS_H
#define LOGIN_WORDS_H

#include <poll.h>
#include <stddef.h>

struct login_words {
	int fd; /* where they come in, or -1 */
	int passed_fd; /* what the login gets as its standard error, or -1 */
	char bytes
	    [4096]; /* read, and not yet written: that many, from first on */
	size_t first, count;
};

/* 0, or -1 with errno. Both descriptors are close-on-exec. */
int login_words_open(struct login_words *words);
void login_words_close(struct login_words *words);

/* In the login: makes this its standard error. */
void login_words_take_over(const struct login_words *words);

/* While it runs: for foreground.h. */
void login_words_watch(struct login_words *words, struct pollfd *wanted);
void login_words_pass_on(struct login_words *words);

/* After the login: relays the rest of its output. */
void login_words_finish(struct login_words *words);

#endif
