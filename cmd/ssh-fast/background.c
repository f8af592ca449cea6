#include "ssh-fast/background.h"

#include "shared/commands.h"
#include "ssh-fast/lease_words.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Open in the child until it execs. The reader gets a byte if the child failed,
 * and end of file if it became ssh or was killed.
 */
static int give_up_fd = -1;

static enum background
wait_for_child(int verdict_fd)
{
	char byte;
	ssize_t got;

	while ((got = read(verdict_fd, &byte, 1)) == -1 && errno == EINTR)
		;
	(void)close(verdict_fd);
	return got == 1 ? BACKGROUND_FAILED : BACKGROUND_STARTED;
}

enum background
background_start(struct run *run)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return BACKGROUND_FAILED;
	if ((pid = fork()) == -1) {
		(void)close(fds[0]);
		(void)close(fds[1]);
		return BACKGROUND_FAILED;
	}
	if (pid > 0) {
		(void)close(fds[1]);
		return wait_for_child(fds[0]);
	}
	(void)close(fds[0]);
	give_up_fd = fds[1];
	(void)setsid();
	lease_words_for_background(run);
	if (lease_hand_over(&run->lease) == 0)
		return BACKGROUND_CHILD;
	background_give_up();
	return BACKGROUND_FAILED;
}

void
background_give_up(void)
{
	(void)!write(give_up_fd, "", 1);
	_exit(EXIT_OWN_ERROR);
}
