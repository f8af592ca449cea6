#include "base/deadline.h"
#include "lease/lease.h"
#include "lease/slots.h"
#include "platform/platform.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum {
	/* The time in which a master must end. */
	END_MS = 2000,
	PAUSE_US = 1000,
};

/* Whether the other side has closed the connection, or ended. */
static bool
is_hung_up(int fd)
{
	struct pollfd connection = {.fd = fd};

	return poll(&connection, 1, 0) != 0;
}

/* Waits for the end of the process. Returns 0, or -1 with errno. */
static int
await_end(pid_t pid, int process_fd)
{
	int64_t deadline_us = deadline_in_ms(END_MS);

	errno = ETIMEDOUT;
	if (process_fd != -1)
		return platform_wait_readable(process_fd, END_MS, NULL) == 1
		    ? 0
		    : -1;
	while (kill(pid, 0) == 0) {
		if (deadline_left_ms(deadline_us) == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		deadline_sleep_us(PAUSE_US);
	}
	return 0;
}

/*
 * A process that may lie told the pid. It is right if that process has the
 * other end of the connection. The process descriptor was made before that
 * check, so it stands for the same process while the connection is open.
 * (SO_PEERCRED names the process that called listen(2). It ended when the
 * master went into the background.)
 */
static int
end_process(pid_t pid, int connection_fd)
{
	int process_fd = platform_process_fd(pid), result = -1, saved_errno;

	errno = EPERM;
	if (!platform_has_other_end(pid, connection_fd) ||
	    is_hung_up(connection_fd))
		result = -1;
	else if (process_fd != -1)
		result = platform_kill(process_fd, SIGKILL);
	else
		result = kill(pid, SIGKILL);
	if (result == 0)
		result = await_end(pid, process_fd);
	saved_errno = errno;
	if (process_fd != -1)
		(void)close(process_fd);
	errno = saved_errno;
	return result;
}

int
lease_end_master(const struct namespace *ns, struct lease *lease)
{
	int fd = lease->master_fd, result = 0, saved_errno;

	if (slots_are_held(ns, lease->name)) {
		errno = EBUSY;
		return -1;
	}
	if ((fd == -1 || lease->master_pid <= 1 || is_hung_up(fd)) &&
	    lease_ask_pid(ns, lease, &fd) == -1)
		return -1;
	if (fd != -1)
		result = end_process(lease->master_pid, fd);
	/* If no process listens, nothing can begin. */
	if (result == -1 && lease_look(ns, lease->name) == PROBE_DEAD)
		result = 0;
	saved_errno = errno;
	if (fd != -1 && fd != lease->master_fd)
		(void)close(fd);
	if (result == 0) {
		(void)unlinkat(ns->sockets.fd, lease->name, 0);
		lease->is_warm = false;
		lease->master_pid = 0;
		trust_clear(&lease->trust);
		age_clear(&lease->age);
	}
	errno = saved_errno;
	return result;
}
