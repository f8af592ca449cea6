/*
 * One direction of bytes between two descriptors, without ever waiting for
 * either: what cannot be written yet is kept, and no more is read meanwhile.
 */
#ifndef RELAY_H
#define RELAY_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* How to write without waiting, and without a flag that others would see. */
enum relay_way {
	RELAY_OWN, /* the descriptor is non-blocking, and ours alone */
	RELAY_SPLICE, /* from a pipe of ours to a pipe, by splice(2) */
	RELAY_SEND, /* to a socket */
	/* As little at a time as will not wait, with signals let through. */
	RELAY_SHARED,
};

/*
 * Changes what was read on its way: writes to output, which begins one byte
 * before input and has room for one byte more, and sets *made to how much.
 * False: nothing more is to be read.
 */
typedef bool relay_filter(void *argument, const unsigned char *input,
    size_t length, unsigned char *output, size_t *made);

struct relay {
	int from_fd, to_fd; /* the caller's */
	enum relay_way way;
	bool
	    from_is_shared; /* reading may wait, if another reader is quicker */
	relay_filter *filter; /* or null */
	void *argument; /* of the filter */
	unsigned char *room;
	size_t size;
	size_t begin, end; /* of what was read and not yet written */
	bool has_moved; /* something has come */
	bool is_stuffed; /* it waits for to_fd */
	bool has_ended; /* nothing more comes from from_fd */
	bool is_over; /* nothing more can or will be written */
};

/* A relay that does nothing. */
void relay_init_idle(struct relay *relay);

/*
 * From one descriptor to the other. room, of that size, holds what is on its
 * way, and one byte for a filter; it is not used by RELAY_SPLICE.
 */
void relay_init(struct relay *relay, int from_fd, int to_fd, enum relay_way way,
    unsigned char *room, size_t size);

enum { RELAY_POLL_COUNT = 2 };
/*
 * Sets what is to be waited for. watches_reader: the end of who reads at to_fd
 * counts as well, before there is something to write.
 */
void relay_poll(const struct relay *relay, bool watches_reader,
    struct pollfd fds[RELAY_POLL_COUNT]);

/*
 * Moves what can be moved now, given what poll(2) has told. mask is the signal
 * mask for a moment in which RELAY_SHARED or a shared from_fd may wait.
 */
void relay_move(struct relay *relay, const struct pollfd fds[RELAY_POLL_COUNT],
    const sigset_t *mask);

#endif
