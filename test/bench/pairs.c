/*
 * Times several commands side by side: each round runs every one of them once,
 * so that whatever else the machine does hits all alike, in an order of its
 * own, since what a command leaves to be done falls to the one after it.
 *
 *   pairs [-b BEFORE] ROUNDS NAME COMMAND... -- NAME COMMAND... [-- ...]
 *
 * BEFORE is a shell command that is run, untimed, before every command.
 * Prints a line per command: name, median and 90th percentile in
 * milliseconds, and the median of the ratios to the first command of the same
 * round. Ends with 1 when a command failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { COMMANDS_MAX = 16, WARM_UP_ROUNDS = 2 };

struct command {
	const char *name;
	char **argv;
	double *ms, *ratio;
};

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double
run_once(const struct command *command)
{
	posix_spawn_file_actions_t actions;
	double began;
	pid_t pid;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	began = now_ms();
	if ((errno = posix_spawnp(&pid, command->argv[0], &actions, NULL,
		 command->argv, environ)) != 0) {
		perror(command->argv[0]);
		exit(1);
	}
	while (waitpid(pid, &status, 0) == -1)
		;
	began = now_ms() - began;
	posix_spawn_file_actions_destroy(&actions);
	if (status != 0) {
		fprintf(stderr, "%s: status %d\n", command->name, status);
		exit(1);
	}
	return began;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void
shuffle(int *order, int count)
{
	int i, other, kept;

	for (i = count - 1; i > 0; i--) {
		other = (int)(random() % (i + 1));
		kept = order[i];
		order[i] = order[other];
		order[other] = kept;
	}
}

int
main(int argc, char *argv[])
{
	struct command commands[COMMANDS_MAX];
	const char *before = NULL;
	int order[COMMANDS_MAX], count = 0, rounds, round, i;

	if (argc > 3 && strcmp(argv[1], "-b") == 0) {
		before = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc < 4 || (rounds = atoi(argv[1])) < 1)
		return 2;
	for (i = 2; i < argc; i++) {
		if (count == COMMANDS_MAX || i + 1 >= argc)
			return 2;
		commands[count].name = argv[i];
		commands[count].argv = argv + i + 1;
		commands[count].ms = calloc((size_t)rounds, sizeof(double));
		commands[count].ratio = calloc((size_t)rounds, sizeof(double));
		count++;
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		if (i < argc)
			argv[i] = NULL;
	}
	for (i = 0; i < count; i++)
		order[i] = i;
	srandom(1);
	for (round = -WARM_UP_ROUNDS; round < rounds; round++) {
		shuffle(order, count);
		for (i = 0; i < count; i++) {
			double ms;

			if (before != NULL && system(before) != 0)
				exit(1);
			ms = run_once(&commands[order[i]]);
			if (round >= 0)
				commands[order[i]].ms[round] = ms;
		}
		for (i = 0; round >= 0 && i < count; i++)
			commands[i].ratio[round] =
			    commands[i].ms[round] / commands[0].ms[round];
	}
	for (i = 0; i < count; i++) {
		size_t n = (size_t)rounds;

		qsort(commands[i].ms, n, sizeof(double), compare);
		qsort(commands[i].ratio, n, sizeof(double), compare);
		printf("%s\t%.3f\t%.3f\t%.3f\n", commands[i].name,
		    commands[i].ms[n / 2], commands[i].ms[n * 9 / 10],
		    commands[i].ratio[n / 2]);
	}
	return 0;
}
