/*
 * hostile KIND PATH OTHER: what another user does to get hold of a connection.
 * Prints a line when it begins; runs until it is killed.
 *
 *   listen    on the socket PATH, open to all, as a master that takes any
 *             session; writes a line to the file OTHER for each connection
 *   plant     at PATH, over and over, one thing after the other: links to
 *             OTHER and to nothing, a folder, a FIFO, a file, a socket; what
 *             it can remove there, it removes
 *   exchange  PATH with OTHER and back
 *   swap      PATH with a link to OTHER, once PATH has been made anew
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { EXCHANGE = 2 }; /* RENAME_EXCHANGE */

static int
bind_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (bind(fd, (void *)&address, sizeof(address)) == -1 ||
	    listen(fd, 64) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Hello, alive with a pid, session opened, its status 0. */
static void
answer(int fd)
{
	static const unsigned char all[] = {0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4,
	    0, 0, 0, 12, 0x80, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0x12, 0x67, 0, 0, 0,
	    12, 0x80, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 12, 0x80, 0, 0,
	    4, 0, 0, 0, 7, 0, 0, 0, 0};

	send(fd, all, sizeof(all), MSG_NOSIGNAL);
}

static int
run_listen(const char *path, const char *log)
{
	int listen_fd = bind_socket(path), fd;
	FILE *file = fopen(log, "a");

	if (listen_fd == -1 || file == NULL) {
		perror(path);
		return 1;
	}
	puts("listening");
	fflush(stdout);
	while ((fd = accept(listen_fd, NULL, NULL)) != -1) {
		fprintf(file, "connected\n");
		fflush(file);
		/* It is never closed, as a thief would not. */
		answer(fd);
	}
	return 1;
}

static void
clear(const char *path)
{
	if (unlink(path) == -1)
		rmdir(path);
}

static int
run_plant(const char *path, const char *other)
{
	unsigned int turn;
	int fd;

	puts("planting");
	fflush(stdout);
	for (turn = 0;; turn++) {
		fd = -1;
		clear(path);
		switch (turn % 7) {
		case 0:
			(void)!symlink(other, path);
			break;
		case 1:
			mkdir(path, 0777);
			break;
		case 2:
			mkfifo(path, 0666);
			break;
		case 3:
			fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0666);
			break;
		case 4:
			fd = bind_socket(path);
			break;
		case 5:
			(void)!symlink("nothing-there", path);
			break;
		case 6:
			(void)!link(other, path);
			break;
		}
		usleep(turn % 50);
		if (fd != -1)
			close(fd);
	}
	return 1;
}

static int
run_exchange(const char *path, const char *other)
{
	puts("exchanging");
	fflush(stdout);
	for (;;)
		if (syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other,
			EXCHANGE) == -1 &&
		    errno != ENOENT) {
			perror(path);
			return 1;
		}
}

static int
run_swap(const char *path, const char *other)
{
	char aside[4096];
	struct stat st;

	snprintf(aside, sizeof(aside), "%s.aside", path);
	puts("waiting");
	fflush(stdout);
	while (lstat(path, &st) == 0)
		;
	while (lstat(path, &st) == -1)
		;
	return rename(path, aside) == -1 || symlink(other, path) == -1;
}

int
main(int argc, char *argv[])
{
	static const struct {
		const char *kind;
		int (*run)(const char *path, const char *other);
	} kinds[] = {{"listen", run_listen}, {"plant", run_plant},
	    {"exchange", run_exchange}, {"swap", run_swap}};
	size_t i;

	umask(0);
	for (i = 0; argc == 4 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].kind) == 0)
			return kinds[i].run(argv[2], argv[3]);
	return 2;
}
