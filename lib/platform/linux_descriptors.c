#define _GNU_SOURCE
#include "platform/platform.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int
platform_wait_readable(int fd, int timeout_ms, const sigset_t *mask)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	const struct timespec timeout = {
	    timeout_ms / 1000, timeout_ms % 1000 * 1000000L};

	/* Neither poll(2) nor pselect(2) serves: the one has no mask, the
	 * other no high descriptors. */
	return ppoll(&poll_fd, 1, timeout_ms >= 0 ? &timeout : NULL, mask);
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
