#include "ssh-fast/inherited.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

/*
 * Descriptors 0 to 2 may be closed. Our own files must not take their place.
 * They are close-on-exec, so ssh finds them closed.
 */
void
inherited_occupy_descriptors(void)
{
	struct pollfd standard[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
	int fd;

	/* poll(2) finds the closed ones in one call. */
	if (poll(standard, 3, 0) <= 0)
		return;
	for (fd = 0; fd <= 2; fd++)
		if ((standard[fd].revents & POLLNVAL) != 0)
			(void)open("/dev/null", O_RDWR | O_CLOEXEC);
}

/*
 * A write to a closed stderr, or beyond the limit on file size, must not end a
 * run that ssh would survive. The signals are blocked, because ssh would
 * inherit ignored ones.
 */
void
inherited_hold_signals(struct run *run)
{
	sigset_t held;

	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGPIPE);
	(void)sigaddset(&held, SIGXFSZ);
	(void)sigprocmask(SIG_BLOCK, &held, &run->inherited_mask);
}

/* Discards the signals of our own writes, and restores the mask. */
void
inherited_give_back_signals(const struct run *run, bool may_be_pending)
{
	const struct timespec at_once = {0, 0};
	sigset_t held;

	if (may_be_pending) {
		(void)sigemptyset(&held);
		(void)sigaddset(&held, SIGPIPE);
		(void)sigaddset(&held, SIGXFSZ);
		while (sigtimedwait(&held, NULL, &at_once) > 0)
			;
	}
	(void)sigprocmask(SIG_SETMASK, &run->inherited_mask, NULL);
}
