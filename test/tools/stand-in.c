/*
 * Stands in for ssh: writes down what it can see of itself, to the file that
 * STAND_IN_OUT names, then holds still until STAND_IN_WAIT, a file, is gone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
put_strings(FILE *out, const char *title, char **strings)
{
	for (; *strings != NULL; strings++)
		fprintf(out, "%s %zu:%s\n", title, strlen(*strings), *strings);
}

static void
put_environment(FILE *out)
{
	size_t count = 0;

	while (environ[count] != NULL)
		count++;
	qsort(environ, count, sizeof(*environ), compare);
	put_strings(out, "env", environ);
}

static void
put_status(FILE *out)
{
	static const char *const wanted[] = {"Umask:", "SigBlk:", "SigIgn:",
	    "SigCgt:", "SigPnd:", "NoNewPrivs:", "Groups:", "Uid:"};
	char line[512];
	FILE *status = fopen("/proc/self/status", "r");
	size_t i;

	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				fprintf(out, "status %s", line);
	if (status != NULL)
		fclose(status);
}

static void
put_descriptors(FILE *out)
{
	char path[64], target[512];
	ssize_t length;
	int fd;

	for (fd = 0; fd < 256; fd++) {
		if (fd == fileno(out))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		fprintf(out, "fd %d %s\n", fd, target);
	}
}

int
main(int argc, char *argv[])
{
	const struct timespec pause = {0, 2000000};
	const char *name = getenv("STAND_IN_OUT");
	const char *wait = getenv("STAND_IN_WAIT");
	char folder[4096], temporary[4096];
	struct stat st;
	FILE *out;
	int fd;

	(void)argc;
	if (name == NULL)
		return 9;
	snprintf(temporary, sizeof(temporary), "%s.new", name);
	/* High up, so that no descriptor that is looked at gets hidden. */
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	out = fd == -1 ? NULL : fdopen(fcntl(fd, F_DUPFD, 300), "w");
	if (out == NULL)
		return 9;
	close(fd);
	put_strings(out, "arg", argv);
	put_environment(out);
	put_status(out);
	put_descriptors(out);
	fprintf(out, "cwd %s\n", getcwd(folder, sizeof(folder)));
	fprintf(out, "pid %ld\n", (long)getpid());
	fprintf(out, "group %d session %d\n", getpgrp() == getpid(),
	    getsid(0) == getpid());
	if (fclose(out) != 0 || rename(temporary, name) == -1)
		return 9;
	while (wait != NULL && stat(wait, &st) == 0)
		nanosleep(&pause, NULL);
	return 7;
}
