#include "keeper.h"

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/*
 * Standard input, output and error must not stay open here: whoever reads the
 * other end of ssh's output would wait for the keeper too.
 */
static void
leave_standard_descriptors(void)
{
	int fd = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return; /* they get closed with all the others */
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
}

/* All that a keeper knows; its own copy. */
struct keeping {
	struct namespace ns;
	struct lease lease;
	struct platform_watch watch;
	bool touch;
};

static void
keep(void *argument)
{
	struct keeping *keeping = argument;
	const struct namespace *ns = &keeping->ns;
	int kept[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
	    keeping->lease.lock_fd, ns->fd, ns->sockets_fd, ns->free_fd,
	    ns->used_fd, keeping->watch.fd};

	/* Out of reach of the terminal's signals and its hangup. */
	(void)setsid();
	leave_standard_descriptors();
	platform_close_all_but(kept, sizeof(kept) / sizeof(kept[0]));
	/* Nobody's folder stays busy because of us. */
	(void)chdir("/");
	platform_set_process_name("ssh-fast-keeper");
	platform_watch_wait(&keeping->watch);
	(void)lease_release(ns, &keeping->lease, keeping->touch);
}

int
keeper_start(const struct namespace *ns, const struct lease *lease, bool touch)
{
	struct keeping keeping = {.ns = *ns, .lease = *lease, .touch = touch};
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
