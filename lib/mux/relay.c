#include "mux/relay.h"

#include "platform/platform.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* A writable pipe or terminal takes this much at once. */
	SHARED_PIECE = 512,
	SPLICED_PIECE = 1 << 20,
};

void
relay_init_idle(struct relay *relay)
{
	memset(relay, 0, sizeof(*relay));
	relay->from_fd = relay->to_fd = -1;
	relay->has_ended = relay->is_over = true;
}

void
relay_init(struct relay *relay, int from_fd, int to_fd, enum relay_way way,
    unsigned char *room, size_t size)
{
	memset(relay, 0, sizeof(*relay));
	relay->from_fd = from_fd;
	relay->to_fd = to_fd;
	relay->way = way;
	relay->room = room;
	relay->size = size;
}

void
relay_poll(const struct relay *relay, bool watches_reader,
    struct pollfd fds[RELAY_POLL_COUNT])
{
	bool reads = !relay->is_over && !relay->has_ended && !relay->is_stuffed;
	bool writes = !relay->is_over && relay->is_stuffed;

	fds[0].fd = reads ? relay->from_fd : -1;
	fds[0].events = POLLIN;
	fds[0].revents = 0;
	fds[1].fd =
	    writes || (watches_reader && !relay->is_over) ? relay->to_fd : -1;
	fds[1].events = writes ? POLLOUT : 0;
	fds[1].revents = 0;
}

static bool
is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* read(2), with signals unblocked if it may wait. */
static ssize_t
read_some(
    const struct relay *relay, void *bytes, size_t size, const sigset_t *mask)
{
	sigset_t before;
	ssize_t got;
	int saved_errno;

	if (!relay->from_is_shared)
		return read(relay->from_fd, bytes, size);
	(void)sigprocmask(SIG_SETMASK, mask, &before);
	got = read(relay->from_fd, bytes, size);
	saved_errno = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved_errno;
	return got;
}

static ssize_t
write_some(const struct relay *relay, const sigset_t *mask)
{
	const unsigned char *bytes = relay->room + relay->begin;
	size_t length = relay->end - relay->begin;
	sigset_t before;
	ssize_t put;
	int saved_errno;

	if (relay->way == RELAY_SEND)
		return send(
		    relay->to_fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (relay->way == RELAY_OWN)
		return write(relay->to_fd, bytes, length);
	(void)sigprocmask(SIG_SETMASK, mask, &before);
	put = write(
	    relay->to_fd, bytes, length < SHARED_PIECE ? length : SHARED_PIECE);
	saved_errno = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved_errno;
	return put;
}

static void
fill(struct relay *relay, const sigset_t *mask)
{
	unsigned char *input = relay->room + 1;
	size_t made;
	ssize_t got = read_some(relay, input, relay->size - 1, mask);

	if (got == -1 && is_passing(errno))
		return;
	if (got <= 0) {
		relay->has_ended = true;
		return;
	}
	relay->has_moved = true;
	relay->begin = 1;
	relay->end = 1 + (size_t)got;
	if (relay->filter == NULL)
		return;
	if (!relay->filter(
		relay->argument, input, (size_t)got, relay->room, &made))
		relay->has_ended = true;
	relay->begin = 0;
	relay->end = made;
}

static void
flush(struct relay *relay, const sigset_t *mask)
{
	ssize_t put = write_some(relay, mask);

	if (put >= 0)
		relay->begin += (size_t)put;
	else if (!is_passing(errno))
		relay->is_over = true;
	relay->is_stuffed = relay->begin < relay->end;
}

/*
 * EAGAIN does not tell which side must be waited for. It is the one that was
 * not ready.
 */
static void
splice_some(struct relay *relay)
{
	ssize_t moved =
	    platform_splice(relay->from_fd, relay->to_fd, SPLICED_PIECE);

	if (moved >= 0) {
		relay->is_stuffed = false;
		relay->has_ended = moved == 0;
		relay->has_moved = relay->has_moved || moved > 0;
	} else if (errno == EAGAIN)
		relay->is_stuffed = !relay->is_stuffed;
	else if (errno == EINVAL)
		relay->way = RELAY_SHARED; /* it cannot be done so */
	else if (errno != EINTR)
		relay->is_over = true;
}

void
relay_move(struct relay *relay, const struct pollfd fds[RELAY_POLL_COUNT],
    const sigset_t *mask)
{
	bool can_read = fds[0].fd != -1 && fds[0].revents != 0;
	bool can_write = fds[1].fd != -1 && (fds[1].revents & POLLOUT) != 0;

	if (fds[1].fd != -1 && (fds[1].revents & (POLLERR | POLLHUP)) != 0) {
		relay->is_over = true;
	} else if (relay->way == RELAY_SPLICE) {
		if (can_read || can_write)
			splice_some(relay);
	} else {
		if (can_read)
			fill(relay, mask);
		/* A shared descriptor must be writable first. */
		if (can_write ||
		    (can_read && relay->way != RELAY_SHARED &&
			relay->begin < relay->end))
			flush(relay, mask);
		else
			relay->is_stuffed = relay->begin < relay->end;
	}
	if (relay->has_ended && !relay->is_stuffed)
		relay->is_over = true;
}
