#include "ssh-fast/login_words.h"

#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
login_words_open(struct login_words *words)
{
	int fds[2];

	words->fd = words->passed_fd = -1;
	words->first = words->count = 0;
	if (platform_pipe_that_waits(fds) == -1)
		return -1;
	words->fd = fds[0];
	words->passed_fd = fds[1];
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	login_words_close(words);
	return -1;
}

void
login_words_close(struct login_words *words)
{
	int saved_errno = errno;

	if (words->fd != -1)
		(void)close(words->fd);
	if (words->passed_fd != -1)
		(void)close(words->passed_fd);
	words->fd = words->passed_fd = -1;
	errno = saved_errno;
}

void
login_words_take_over(const struct login_words *words)
{
	(void)dup2(words->passed_fd, STDERR_FILENO);
}

void
login_words_watch(struct login_words *words, struct pollfd *wanted)
{
	/* Only the login has the other end now, so its end is seen here. */
	if (words->passed_fd != -1)
		(void)close(words->passed_fd);
	words->passed_fd = -1;
	if (words->count > 0) {
		wanted->fd = STDERR_FILENO;
		wanted->events = POLLOUT;
	} else {
		wanted->fd = words->fd;
		wanted->events = POLLIN;
	}
}

static void
read_some(struct login_words *words)
{
	ssize_t got = read(words->fd, words->bytes, sizeof(words->bytes));

	if (got > 0) {
		words->first = 0;
		words->count = (size_t)got;
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		(void)close(words->fd);
		words->fd = -1;
	}
}

static void
write_some(struct login_words *words)
{
	ssize_t done =
	    write(STDERR_FILENO, words->bytes + words->first, words->count);

	if (done >= 0) {
		words->first += (size_t)done;
		words->count -= (size_t)done;
	} else if (errno != EAGAIN && errno != EINTR) {
		words->count = 0; /* nobody to tell */
	}
}

void
login_words_pass_on(struct login_words *words)
{
	if (words->count > 0)
		write_some(words);
	else
		read_some(words);
}

void
login_words_finish(struct login_words *words)
{
	struct pollfd wanted;

	/*
	 * The master may hold the other end, so this reads only what is there.
	 */
	for (;;) {
		login_words_watch(words, &wanted);
		if (wanted.fd == -1 ||
		    poll(&wanted, 1, words->count > 0 ? -1 : 0) == 0)
			break;
		login_words_pass_on(words);
	}
	login_words_close(words);
}
