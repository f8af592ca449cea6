/*
 * Standard input, output and error of a session. What the master is handed it
 * keeps until the far command ends, and it reads a terminal whoever has that in
 * the foreground. So a terminal, and a standard error that somebody may wait
 * for, are handed over as pipes or a pseudo-terminal of ours, and what goes
 * through these is relayed. All else is handed over as it is, at no cost.
 */
#ifndef STREAMS_H
#define STREAMS_H

#include "mux/relay.h"

#include <stdbool.h>

enum stream_kind {
	STREAM_NULL, /* the null device */
	STREAM_FILE, /* a file, a device: nobody waits for its end */
	/* From here on somebody may wait. */
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

/* Looks what descriptors 0 to 2 are. */
void streams_look(struct stream_kinds *kinds);

enum {
	STREAMS_INPUT_SIZE = 4096,
	STREAMS_OUTPUT_SIZE = 65536,
	STREAMS_POLL_COUNT = STREAM_COUNT * RELAY_POLL_COUNT,
};

struct streams {
	/* For the master: a descriptor of ours, or 0 to 2 themselves. */
	int passed[STREAM_COUNT];
	/* Ours alone, or -1. */
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
 * which has the modes and the window of the user's terminal, or ordinary ones
 * where there is none; filter (or null) sees what goes to it. 0, or -1 with
 * errno, and streams_close() has nothing to do.
 */
int streams_open(struct streams *streams, const struct stream_kinds *kinds,
    bool wants_tty, relay_filter *filter, void *argument);

/* Closes our copies of what the master has got by now. */
void streams_passed(struct streams *streams);

void streams_close(struct streams *streams);

/* Reads no more of what the user types: nobody is there to get it. */
void streams_stop_input(struct streams *streams);

/* Waits for no more output, unless it is a reader that waits. */
void streams_stop_output(struct streams *streams);

/* What is to be waited for, and for how long at most (-1: for ever). */
void streams_poll(
    const struct streams *streams, struct pollfd fds[STREAMS_POLL_COUNT]);
int streams_timeout_ms(const struct streams *streams);

/* Moves what can be moved; see relay_move(). */
void streams_move(struct streams *streams,
    const struct pollfd fds[STREAMS_POLL_COUNT], const sigset_t *mask);

/* Whether all output has come through, or nobody wants it any more. */
bool streams_are_drained(const struct streams *streams);

#endif
