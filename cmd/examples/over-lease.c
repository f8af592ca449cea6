/*
 * Runs ssh over a lease, as a program does it that keeps a pool of its own:
 *
 *   cc -o over-lease over-lease.c $(pkg-config --cflags --libs ssh-fast)
 *   ./over-lease TEXT SSH-ARGUMENTS...
 *
 * The first run logs in and leaves a master behind; a later run with that text
 * leases it. TEXT has to stand for one connection.
 */
#include <ssh-fast.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SSH_FAILED = 255 };

/* ssh, with its own arguments behind what leads it to the lease. */
static void
exec_ssh(const struct ssh_fast_lease *lease, int count, char *arguments[])
{
	char **argv = calloc(count + 6, sizeof(argv[0]));

	if (argv == NULL)
		_exit(SSH_FAILED);
	argv[0] = "ssh";
	argv[1] = "-oControlMaster=auto";
	argv[2] = "-oControlPersist=90";
	argv[3] = "-S";
	argv[4] = (char *)ssh_fast_control_path(lease);
	memcpy(argv + 5, arguments, (count + 1) * sizeof(argv[0]));
	execvp(argv[0], argv);
	perror("ssh");
	_exit(SSH_FAILED);
}

/* The exit status of ssh. The lease is held until it has ended. */
static int
run_ssh(const struct ssh_fast_lease *lease, int count, char *arguments[])
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		exec_ssh(lease, count, arguments);
	while (pid == -1 || waitpid(pid, &status, 0) == -1)
		if (errno != EINTR) {
			perror("over-lease");
			return SSH_FAILED;
		}
	return WIFEXITED(status) ? WEXITSTATUS(status) : SSH_FAILED;
}

int
main(int argc, char *argv[])
{
	char root[4096];
	struct ssh_fast_error error;
	struct ssh_fast_namespace *ns;
	struct ssh_fast_lease *lease = NULL;
	int status = SSH_FAILED;

	if (argc < 3 || getenv("HOME") == NULL) {
		fprintf(stderr, "usage: over-lease TEXT SSH-ARGUMENTS...\n");
		return SSH_FAILED;
	}
	snprintf(root, sizeof(root), "%s/.ssh/ssh-fast", getenv("HOME"));
	ns = ssh_fast_open(root, argv[1], &error);
	if (ns != NULL)
		lease = ssh_fast_acquire(ns, NULL, &error);
	if (lease != NULL)
		status = run_ssh(lease, argc - 2, argv + 2);
	else
		fprintf(stderr, "over-lease: %s\n", error.message);
	ssh_fast_release(lease);
	ssh_fast_close(ns);
	return status;
}
