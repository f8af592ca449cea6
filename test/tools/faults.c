/*
 * Runs a command, with /dev/null for its standard descriptors, and prints how
 * many minor page faults it took.
 *
 *   faults COMMAND...
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long
run(char *argv[])
{
	struct rusage usage;
	int status, fd, i;
	pid_t pid = vfork();

	if (pid == 0) {
		if ((fd = open("/dev/null", O_RDWR)) == -1)
			_exit(126);
		for (i = 0; i <= 2; i++)
			if (dup2(fd, i) == -1)
				_exit(126);
		if (fd > 2)
			close(fd);
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid == -1 || wait4(pid, &status, 0, &usage) != pid || status != 0) {
		fprintf(stderr, "faults: %s failed\n", argv[0]);
		exit(1);
	}
	return usage.ru_minflt;
}

int
main(int argc, char *argv[])
{
	if (argc < 2)
		return 2;
	printf("%ld\n", run(argv + 1));
	return 0;
}
