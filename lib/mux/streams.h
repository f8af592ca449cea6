/*
 * Standard input, output and error of a session. The master keeps the
 * descriptors until the far command ends, and reads a terminal even for a job
 * in the background. So it gets a pipe or pseudo-terminal in place of a
 * terminal, and in place of a standard error whose end another process may wait
 * for. These are relayed. It gets all other descriptors themselves, without
 * cost.
 */
#ifndef STREAMS_H
#define STREAMS_H

#include "mux/relay.h"

#include <stdbool.h>

enum stream_kind {
	STREAM_NULL, /* the null device */
	STREAM_FILE, /* a file, a device: nobody waits for its end */
	/* In these kinds another process may wait. */
	STREAM_PIPE,
	STREAM_SOCKET,
	STREAM_TERMINAL,
	STREAM_KIND_COUNT,
};

enum { STREAM_COUNT = 3 };

struct stream_kinds {
	enum stream_kind of[STREAM_COUNT];
	bool is_one_output; /* output and error are one and the same */
};

/* Finds out the kinds of descriptors 0 to 2. */
void streams_look(struct stream_kinds *kinds);

enum {
	STREAMS_INPUT_SIZE = 4096,
	STREAMS_OUTPUT_SIZE = 65536,
	STREAMS_POLL_COUNT = STREAM_COUNT * RELAY_POLL_COUNT,
};

struct streams {
	/* For the master: our descriptor, or one of 0 to 2. */
	int passed[STREAM_COUNT];
	/* Only ours, or -1. */
	int terminal_fd; /* the near side of the pseudo-terminal */
	int near_fds[STREAM_COUNT]; /* of the pipes */
	int again_fds[STREAM_COUNT]; /* 0 to 2, opened once more */
	struct relay relays[STREAM_COUNT];
	bool input_has_ended; /* and the master was told */
	unsigned char input[STREAMS_INPUT_SIZE + 1];
	unsigned char output[STREAMS_OUTPUT_SIZE];
	unsigned char error[STREAMS_OUTPUT_SIZE];
};

/*
 * Makes the pipes. With wants_tty standard input becomes a pseudo-terminal,
 * with the modes and window size of the terminal of the user, or usual ones
 * without a terminal. filter (or null) sees its input. Returns 0; or -1 with
 * errno, and streams_close() has nothing to do.
 */
int streams_open(struct streams *streams, const struct stream_kinds *kinds,
    bool wants_tty, relay_filter *filter, void *argument);

/* Closes our copies of the descriptors that the master has. */
void streams_passed(struct streams *streams);

void streams_close(struct streams *streams);

/* Stops reading input: no process will get it. */
void streams_stop_input(struct streams *streams);

/* Stops waiting for output, except for a reader that waits. */
void streams_stop_output(struct streams *streams);

/* Sets what to wait for, and for how long at most (-1: no limit). */
void streams_poll(
    const struct streams *streams, struct pollfd fds[STREAMS_POLL_COUNT]);
int streams_timeout_ms(const struct streams *streams);

/* Moves the bytes that can be moved; see relay_move(). */
void streams_move(struct streams *streams,
    const struct pollfd fds[STREAMS_POLL_COUNT], const sigset_t *mask);

/* Whether all output has arrived, or no reader is left. */
bool streams_are_drained(const struct streams *streams);

#endif
