#include "keeper.h"

#include "deadline.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { CLIENTS_PAUSE_US = 20000 };

/*
 * Standard input, output and error must not stay open here: whoever reads the
 * other end of ssh's output would wait for the keeper too. False where there
 * is no /dev/null to put in their place.
 */
static bool
leave_standard_descriptors(void)
{
	int fd = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return false;
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	return true;
}

/* All that a keeper knows; its own copy. */
struct keeping {
	struct namespace ns;
	struct lease lease;
	struct platform_watch watch;
	struct keeper_options options;
};

static void
keep(void *argument)
{
	struct keeping *keeping = argument;
	const struct namespace *ns = &keeping->ns;
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	int kept[] = {keeping->lease.lock_fd, ns->fd, ns->sockets_fd,
	    ns->free_fd, ns->used_fd, keeping->watch.fd, STDIN_FILENO,
	    STDOUT_FILENO, STDERR_FILENO};
	size_t count = sizeof(kept) / sizeof(kept[0]);

	/* Out of reach of the terminal's signals and its hangup. */
	(void)setsid();
	if (!leave_standard_descriptors())
		count -= 3;
	platform_close_all_but(kept, count);
	/* Nobody's folder stays busy because of us; where it does, it may. */
	if (chdir("/") == -1)
		errno = 0;
	platform_set_process_name("ssh-fast-keeper");
	platform_watch_wait(&keeping->watch);
	if (keeping->options.wait_for_clients) {
		lease_socket_path(ns, &keeping->lease, path);
		while (platform_socket_has_clients(path))
			deadline_sleep_us(CLIENTS_PAUSE_US);
	}
	(void)lease_release(ns, &keeping->lease, keeping->options.touch);
}

int
keeper_start(const struct namespace *ns, const struct lease *lease,
    const struct keeper_options *options)
{
	struct keeping keeping = {
	    .ns = *ns, .lease = *lease, .options = *options};
	sigset_t all, inherited;
	int result, saved_errno;

	platform_watch_self(&keeping.watch, lease->holder_pid);
	/*
	 * Blocked before the start: a ^C that hits between it and setsid is
	 * meant for ssh and must not take the keeper. It stays blocked there.
	 */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &inherited);
	result = platform_start_child(keep, &keeping, sizeof(keeping));
	saved_errno = errno;
	(void)sigprocmask(SIG_SETMASK, &inherited, NULL);
	errno = saved_errno;
	return result;
}
