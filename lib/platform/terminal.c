#include "platform/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
terminal_open_again(int fd, int flags)
{
	char path[32];
	int again;

	flags |= O_NOCTTY | O_NONBLOCK;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if ((again = open(path, flags | O_CLOEXEC)) != -1)
		return again;
	/* The controlling terminal can be opened, whoever owns it. */
	if (tcgetsid(fd) != getsid(0))
		return -1;
	return open("/dev/tty", flags | O_CLOEXEC);
}

void
terminal_init(struct terminal *terminal, int fd)
{
	terminal->fd = fd;
	terminal->is_raw = false;
}

int
terminal_make_raw(struct terminal *terminal)
{
	struct termios modes;

	if (tcgetattr(terminal->fd, &modes) == -1)
		return -1;
	terminal->before = modes;
	modes.c_iflag |= IGNPAR;
	modes.c_iflag &=
	    ~(tcflag_t)(ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXANY | IXOFF);
#ifdef IUCLC
	modes.c_iflag &= ~(tcflag_t)IUCLC;
#endif
	modes.c_lflag &=
	    ~(tcflag_t)(ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
	modes.c_oflag &= ~(tcflag_t)OPOST;
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	if (tcsetattr(terminal->fd, TCSADRAIN, &modes) == -1)
		return -1;
	terminal->is_raw = true;
	return 0;
}

int
terminal_restore(struct terminal *terminal)
{
	if (!terminal->is_raw)
		return 0;
	terminal->is_raw = false;
	if (tcgetpgrp(terminal->fd) != getpgrp())
		return 0;
	return tcsetattr(terminal->fd, TCSADRAIN, &terminal->before);
}
