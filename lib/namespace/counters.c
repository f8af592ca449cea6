#include "namespace/counters.h"

#include "base/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_SIZE = 512, PAUSE_US = 500 };

static const char names[COUNTERS][16] = {
    [COUNTER_WARM] = "warm",
    [COUNTER_COLD] = "cold",
    [COUNTER_PLAIN_ASKED] = "plain-asked",
    [COUNTER_PLAIN_CLIENT] = "plain-client",
    [COUNTER_PLAIN_NO_LEASE] = "plain-no-lease",
    [COUNTER_PLAIN_REFUSED] = "plain-refused",
    [COUNTER_DEAD] = "dead",
    [COUNTER_HUNG] = "hung",
    [COUNTER_WAIT_US] = "wait-us",
    [COUNTER_WARM_US] = "warm-us",
    [COUNTER_COLD_US] = "cold-us",
};
static const char since_name[] = "since";

static void
take_line(struct counters *counters, const char *line)
{
	const char *separator = strstr(line, ": ");
	size_t length, i;

	if (separator == NULL)
		return;
	length = (size_t)(separator - line);
	if (length == sizeof(since_name) - 1 &&
	    memcmp(line, since_name, length) == 0)
		counters->since = strtoll(separator + 2, NULL, 10);
	for (i = 0; i < COUNTERS; i++)
		if (strlen(names[i]) == length &&
		    memcmp(line, names[i], length) == 0)
			counters->of[i] = strtoull(separator + 2, NULL, 10);
}

/* Malformed text counts as zero. */
static void
read_from(int fd, struct counters *counters)
{
	char text[FILE_SIZE + 1], *line, *end;
	ssize_t got = pread(fd, text, FILE_SIZE, 0);

	memset(counters, 0, sizeof(*counters));
	if (got <= 0)
		return;
	text[got] = '\0';
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		take_line(counters, line);
	}
}

/* Numbers only grow, so a shorter text never follows a longer one. */
static int
write_to(int fd, const struct counters *counters)
{
	char text[FILE_SIZE + 1];
	size_t length, i;
	ssize_t written;

	length = (size_t)snprintf(text, sizeof(text), "%s: %" PRId64 "\n",
	    since_name, counters->since);
	for (i = 0; i < COUNTERS && length < FILE_SIZE; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "%s: %" PRIu64 "\n", names[i], counters->of[i]);
	if (length >= FILE_SIZE) {
		errno = EOVERFLOW;
		return -1;
	}
	memset(text + length, ' ', FILE_SIZE - 1 - length);
	text[FILE_SIZE - 1] = '\n';
	written = pwrite(fd, text, FILE_SIZE, 0);
	if (written >= 0 && written < FILE_SIZE)
		errno = ENOSPC;
	return written == FILE_SIZE ? 0 : -1;
}

static int
open_file(const struct namespace *ns, int flags)
{
	struct stat st;
	int fd;

	fd = openat(ns->fd, NAMESPACE_COUNTERS,
	    flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == ns->owner && st.st_nlink == 1)
		return fd;
	(void)close(fd);
	errno = EPERM;
	return -1;
}

static int
lock(int fd, int patience_ms)
{
	int64_t deadline_us;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	deadline_us = deadline_in_ms(patience_ms);
	while (errno == EWOULDBLOCK && deadline_left_ms(deadline_us) > 0) {
		deadline_sleep_us(PAUSE_US);
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
	}
	return -1;
}

static void
add(struct counters *counters, const struct counters_run *run)
{
	if (counters->since == 0)
		counters->since = time(NULL);
	counters->of[run->kind]++;
	counters->of[COUNTER_DEAD] += run->dead;
	counters->of[COUNTER_HUNG] += run->hung;
	counters->of[COUNTER_WAIT_US] += run->wait_us;
	if (run->kind == COUNTER_WARM)
		counters->of[COUNTER_WARM_US] += run->us;
	if (run->kind == COUNTER_COLD)
		counters->of[COUNTER_COLD_US] += run->us;
}

int
counters_add(
    const struct namespace *ns, const struct counters_run *run, int patience_ms)
{
	struct counters counters;
	int fd, result = -1, saved_errno;

	if ((fd = open_file(ns, O_RDWR | O_CREAT)) == -1)
		return -1;
	if (lock(fd, patience_ms) == 0) {
		read_from(fd, &counters);
		add(&counters, run);
		result = write_to(fd, &counters);
	}
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return result;
}

void
counters_read(const struct namespace *ns, struct counters *counters)
{
	int fd = open_file(ns, O_RDONLY);

	memset(counters, 0, sizeof(*counters));
	if (fd == -1)
		return;
	read_from(fd, counters);
	(void)close(fd);
}

uint64_t
counters_runs(const struct counters *counters)
{
	return counters->of[COUNTER_WARM] + counters->of[COUNTER_COLD] +
	    counters->of[COUNTER_PLAIN_ASKED] +
	    counters->of[COUNTER_PLAIN_CLIENT] +
	    counters->of[COUNTER_PLAIN_NO_LEASE] +
	    counters->of[COUNTER_PLAIN_REFUSED];
}

uint64_t
counters_saved_us(const struct counters *counters)
{
	uint64_t warm = counters->of[COUNTER_WARM];
	uint64_t cold = counters->of[COUNTER_COLD], cold_us;

	if (cold == 0 || warm == 0)
		return 0;
	cold_us = counters->of[COUNTER_COLD_US] / cold;
	return cold_us * warm > counters->of[COUNTER_WARM_US]
	    ? cold_us * warm - counters->of[COUNTER_WARM_US]
	    : 0;
}
