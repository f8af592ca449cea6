/*
 * dead-leases NAMESPACE COUNT: makes so many free leases there whose masters
 * have ended without removing their sockets.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
check(int result, const char *what)
{
	if (result != -1)
		return;
	perror(what);
	exit(1);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[4096];
	int count, i, fd;

	if (argc != 3 || (count = atoi(argv[2])) < 1)
		return 2;
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/free/s%011d", argv[1], i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		check(fd, path);
		close(fd);
		snprintf(address.sun_path, sizeof(address.sun_path),
		    "%s/c/s%011d", argv[1], i);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		check(fd, "socket");
		check(bind(fd, (struct sockaddr *)&address, sizeof(address)),
		    address.sun_path);
		close(fd);
	}
	return 0;
}
