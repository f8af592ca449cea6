/*
 * What a login says on standard error, handed on by us. A master that was
 * started with -v keeps standard error; what it keeps is a pipe of ours then,
 * so that nobody who reads the caller's waits for the master's end.
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

/* In the login: makes its standard error. */
void login_words_take_over(const struct login_words *words);

/* Here, while it runs: as foreground.h wants it. */
void login_words_watch(struct login_words *words, struct pollfd *wanted);
void login_words_pass_on(struct login_words *words);

/* When the login is over: hands on the rest of what it has said. */
void login_words_finish(struct login_words *words);

#endif
