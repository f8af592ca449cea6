/*
 * How long a start takes when very many begin at once.
 *
 *   burst COUNT SSH-FAST ARGUMENT...
 *
 * Starts ssh-fast so many times at the same moment, with this program in the
 * place of ssh, which notes when it was reached and stays until all were.
 * Prints the median, the slowest (in milliseconds) and how many different
 * control paths they had.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COUNT_MAX = 1024, PATH_SIZE = 128 };

/* What all share, in a file that the environment names. */
struct board {
	volatile int go, arrived, leave;
	double began[COUNT_MAX], reached[COUNT_MAX];
	char path[COUNT_MAX][PATH_SIZE];
};

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
nap(void)
{
	const struct timespec moment = {0, 1000000};

	nanosleep(&moment, NULL);
}

static struct board *
open_board(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct board *board;

	if (fd == -1 || ftruncate(fd, sizeof(*board)) == -1)
		exit(1);
	board = mmap(
	    NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (board == MAP_FAILED)
		exit(1);
	return board;
}

/* In the place of ssh. */
static int
arrive(const char *file, int argc, char *argv[])
{
	double reached = now_ms();
	struct board *board = open_board(file);
	int number = atoi(getenv("BURST_NUMBER")), i;

	board->reached[number] = reached;
	for (i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "-S") == 0)
			snprintf(
			    board->path[number], PATH_SIZE, "%s", argv[i + 1]);
	__sync_fetch_and_add(&board->arrived, 1);
	while (!board->leave)
		nap();
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
start(struct board *board, int number, char *argv[])
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	setenv("BURST_NUMBER", text, 1);
	while (!board->go)
		nap();
	board->began[number] = now_ms();
	execv(argv[0], argv);
	_exit(127);
}

int
main(int argc, char *argv[])
{
	const char *file = getenv("BURST_FILE");
	struct board *board;
	double took[COUNT_MAX];
	int count, different = 1, i;

	if (file == NULL || argc < 2)
		return 2;
	if (getenv("BURST_NUMBER") != NULL)
		return arrive(file, argc, argv);
	count = atoi(argv[1]);
	if (count < 1 || count > COUNT_MAX)
		return 2;
	board = open_board(file);
	for (i = 0; i < count; i++)
		if (fork() == 0)
			start(board, i, argv + 2);
	for (i = 0; i < 300; i++)
		nap();
	board->go = 1;
	for (i = 0; board->arrived < count && i < 20000; i++)
		nap();
	board->leave = 1;
	while (wait(NULL) > 0)
		;
	for (i = 0; i < count; i++)
		took[i] = board->reached[i] - board->began[i];
	qsort(took, (size_t)count, sizeof(took[0]), compare);
	qsort(board->path, (size_t)count, PATH_SIZE, compare_paths);
	for (i = 1; i < count; i++)
		different += strcmp(board->path[i], board->path[i - 1]) != 0;
	printf("%.2f\t%.2f\t%d\n", took[count / 2], took[count - 1],
	    board->path[0][0] == '\0' ? 0 : different);
	return 0;
}
