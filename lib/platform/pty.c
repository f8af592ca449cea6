/* TIOCGPTPEER and O_NOCTTY with it are Linux's. */
#define _GNU_SOURCE
#include "platform/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Opens the far side without a path, which a mount namespace can lack. */
static int
open_far_side(int near_fd)
{
	return ioctl(
	    near_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void
copy_terminal(int near_fd, int like_fd)
{
	struct termios modes;
	struct winsize window;

	/* The modes of the near side are those of the far side. */
	if (tcgetattr(like_fd, &modes) == 0)
		(void)tcsetattr(near_fd, TCSANOW, &modes);
	if (ioctl(like_fd, TIOCGWINSZ, &window) == 0)
		(void)ioctl(near_fd, TIOCSWINSZ, &window);
}

int
pty_open(int like_fd, int *near_fd, int *far_fd)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int locked = 0, saved_errno;

	if (fd == -1)
		return -1;
	if (ioctl(fd, TIOCSPTLCK, &locked) == -1 ||
	    (*far_fd = open_far_side(fd)) == -1) {
		saved_errno = errno;
		(void)close(fd);
		errno = saved_errno;
		return -1;
	}
	copy_terminal(fd, like_fd);
	*near_fd = fd;
	return 0;
}

int
pty_make_transparent(int near_fd)
{
	struct termios modes;

	if (tcgetattr(near_fd, &modes) == -1)
		return -1;
	modes.c_iflag = 0;
	modes.c_oflag = 0;
	modes.c_lflag = 0;
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	return tcsetattr(near_fd, TCSANOW, &modes);
}

bool
pty_take_window(int near_fd, int like_fd)
{
	struct winsize window, before;

	return ioctl(like_fd, TIOCGWINSZ, &window) == 0 &&
	    ioctl(near_fd, TIOCGWINSZ, &before) == 0 &&
	    memcmp(&window, &before, sizeof(window)) != 0 &&
	    ioctl(near_fd, TIOCSWINSZ, &window) == 0;
}

/*
 * poll(2) of the far side lets the kernel finish its work. If nothing is
 * readable then, all was read.
 */
static int
is_drained(int near_fd)
{
	struct pollfd far = {.fd = open_far_side(near_fd), .events = POLLIN};
	int ready, saved_errno;

	if (far.fd == -1)
		return -1;
	ready = poll(&far, 1, 0);
	saved_errno = errno;
	(void)close(far.fd);
	errno = saved_errno;
	return ready == -1 ? -1 : ready == 0;
}

int
pty_end_input(int near_fd)
{
	static const unsigned char end = 'D' - 64;
	struct termios modes;
	int result = is_drained(near_fd);
	size_t i;

	if (result != 1)
		return result;
	if (tcgetattr(near_fd, &modes) == -1)
		return -1;
	/* An empty line means the end. No other key has a meaning. */
	for (i = 0; i < NCCS; i++)
		modes.c_cc[i] = _POSIX_VDISABLE;
	modes.c_lflag = ICANON;
	modes.c_cc[VEOF] = end;
	if (tcsetattr(near_fd, TCSANOW, &modes) == -1 ||
	    write(near_fd, &end, 1) != 1)
		return -1;
	return 1;
}
