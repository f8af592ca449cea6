#define _GNU_SOURCE
#include "platform/platform.h"

#include "base/deadline.h"

#include <limits.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MEMORY_PAUSE_MS = 10 };

int
platform_wait(
    struct pollfd *fds, size_t count, int timeout_ms, const sigset_t *mask)
{
	struct timespec timeout;
	int ready;

	for (;;) {
		timeout.tv_sec = timeout_ms / 1000;
		timeout.tv_nsec = timeout_ms % 1000 * 1000000L;
		/* Neither poll(2) nor pselect(2) serves: the one has no mask,
		 * the other no high descriptors. */
		ready = ppoll(fds, (nfds_t)count,
		    timeout_ms >= 0 ? &timeout : NULL, mask);
		if (ready != -1 || errno != ENOMEM)
			return ready;
		/* A lack of memory must not end the wait. */
		deadline_sleep_us(MEMORY_PAUSE_MS * 1000);
		if (timeout_ms >= 0 && (timeout_ms -= MEMORY_PAUSE_MS) <= 0)
			return 0;
	}
}

int
platform_wait_readable(int fd, int timeout_ms, const sigset_t *mask)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return platform_wait(&poll_fd, 1, timeout_ms, mask);
}

int
platform_pipe(int fds[2])
{
	return pipe2(fds, O_NONBLOCK | O_CLOEXEC);
}

int
platform_pipe_that_waits(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

bool
platform_is_null_device(dev_t device)
{
	return device == makedev(1, 3);
}

ssize_t
platform_splice(int from_fd, int to_fd, size_t length)
{
	return splice(from_fd, NULL, to_fd, NULL, length,
	    SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
}

static int
compare_ints(const void *a, const void *b)
{
	const int *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
close_range_or_each(unsigned int first, unsigned int last)
{
	long maximum;
	unsigned int fd;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	maximum = sysconf(_SC_OPEN_MAX);
	if (maximum < 0 || maximum > 65536)
		maximum = 65536;
	for (fd = first; fd <= last && fd < (unsigned int)maximum; fd++)
		(void)close((int)fd);
}

void
platform_close_all_but(int *keep, size_t count)
{
	unsigned int next = 0;
	size_t i;

	qsort(keep, count, sizeof(*keep), compare_ints);
	for (i = 0; i < count; i++) {
		if (keep[i] < 0 || (unsigned int)keep[i] < next)
			continue;
		if (keep[i] > 0)
			close_range_or_each(next, (unsigned int)keep[i] - 1);
		next = (unsigned int)keep[i] + 1;
	}
	close_range_or_each(next, UINT_MAX);
}
