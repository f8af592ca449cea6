/*
 * odd-server MODE: listens on a loopback port of the kernel's choice, prints
 * it, and serves what no SSH server says: silent, garbage, endless, unfinished;
 * or hangs up as sshd does where it refuses an address (penalty), has too many
 * logins under way (full), or says nothing (closing).
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
serve(int fd, const char *mode)
{
	char block[4096];

	memset(block, 'x', sizeof(block));
	if (strcmp(mode, "garbage") == 0)
		(void)!write(fd, "HTTP/1.1 400 Bad\033 Request\r\n\r\n", 29);
	if (strcmp(mode, "penalty") == 0)
		(void)!write(fd, "Not allowed at this time\r\n", 26);
	if (strcmp(mode, "full") == 0)
		(void)!write(fd, "Exceeded MaxStartups\r\n", 22);
	if (strcmp(mode, "closing") == 0)
		return;
	/* What the other side sends is read, or its kernel drops the words. */
	if (strcmp(mode, "penalty") == 0 || strcmp(mode, "full") == 0)
		(void)shutdown(fd, SHUT_WR);
	if (strcmp(mode, "unfinished") == 0)
		(void)!write(fd, "SSH-2.0-slow", 12);
	if (strcmp(mode, "endless") == 0) {
		while (write(fd, block, sizeof(block)) > 0)
			;
		return;
	}
	/* Until the other side has gone. */
	if (strcmp(mode, "garbage") != 0)
		while (read(fd, block, sizeof(block)) > 0)
			;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc != 2 || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    bind(listener, (struct sockaddr *)&address, size) == -1 ||
	    listen(listener, 8) == -1 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) == -1)
		return 1;
	(void)printf("%d\n", ntohs(address.sin_port));
	(void)fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		serve(fd, argv[1]);
		(void)close(fd);
	}
	return 1;
}
