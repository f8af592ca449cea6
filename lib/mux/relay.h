/*
 * Moves bytes from one descriptor to another, and waits for neither. It keeps
 * the bytes that it cannot write yet, and reads no more until then.
 */
#ifndef RELAY_H
#define RELAY_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* How to write without waiting, and without a flag that other processes see. */
enum relay_way {
	RELAY_OWN, /* the descriptor is non-blocking, and ours alone */
	RELAY_SPLICE, /* from a pipe of ours to a pipe, by splice(2) */
	RELAY_SEND, /* to a socket */
	/* Writes small pieces that do not wait, with signals unblocked. */
	RELAY_SHARED,
};

/*
 * Changes the bytes that pass. Writes to output, which begins one byte before
 * input and has room for one byte more. *made is the length. Returns false to
 * end the input.
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

/* Makes a relay that does nothing. */
void relay_init_idle(struct relay *relay);

/*
 * Makes a relay between two descriptors. The room holds bytes on their way, and
 * one byte for a filter. RELAY_SPLICE does not use it.
 */
void relay_init(struct relay *relay, int from_fd, int to_fd, enum relay_way way,
    unsigned char *room, size_t size);

enum { RELAY_POLL_COUNT = 2 };
/*
 * Sets what to wait for. watches_reader: also wait for the end of the reader of
 * to_fd, before there is something to write.
 */
void relay_poll(const struct relay *relay, bool watches_reader,
    struct pollfd fds[RELAY_POLL_COUNT]);

/*
 * Moves the bytes that can be moved now, after poll(2). mask is the signal mask
 * while RELAY_SHARED or a shared from_fd may wait.
 */
void relay_move(struct relay *relay, const struct pollfd fds[RELAY_POLL_COUNT],
    const sigset_t *mask);

#endif
