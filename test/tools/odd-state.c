/*
 * odd-state COMMAND...: execs the command in a state that a careless wrapper
 * would not hand on: signals blocked, ignored, an odd umask, descriptors open,
 * and those among 0 to 2 closed that ODD_STATE_CLOSE lists.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	const char *closed = getenv("ODD_STATE_CLOSE");
	sigset_t blocked;
	int fd;

	if (argc < 2)
		return 2;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGWINCH);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	umask(0777);
	fd = open("/dev/zero", O_RDONLY);
	dup2(fd, 7);
	dup2(fd, 200);
	if (fd != 7 && fd != 200)
		close(fd);
	for (fd = 0; fd <= 2; fd++)
		if (closed != NULL && strchr(closed, '0' + fd) != NULL)
			close(fd);
	execvp(argv[1], argv + 1);
	return 127;
}
