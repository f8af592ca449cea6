/*
 * The signals of a process that waits for a session. Handlers only note what
 * came, and come only while the process waits: all are blocked in between, so
 * that none is missed.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* Blocks every signal; *before gets the mask as it was. */
void signals_hold(sigset_t *before);

/* Sets that mask. */
void signals_release(const sigset_t *before);

/*
 * Catches HUP, INT, QUIT and TERM, but for those that are ignored: as ssh, and
 * rsh before it, these stay ignored. With a terminal WINCH is noted, whether it
 * was ignored or not; with a raw one what would else end or stop the process,
 * and leave the terminal raw, is caught as well.
 *
 * They stay blocked until the caller waits with the mask that it had before,
 * which *before (or null) gets.
 */
void signals_catch(bool has_window, bool is_raw, sigset_t *before);

/* Undoes it: what is caught means what it did, and the mask is before. */
void signals_uncatch(const sigset_t *before);

/*
 * Lets in, with the mask to wait with, what has come: ppoll(2) does not where
 * a descriptor is ready at once.
 */
void signals_let_in(const sigset_t *mask);

/* Whether HUP, INT, QUIT or TERM is ignored, which signals_catch() respects. */
bool signals_any_is_ignored(void);

/* The signal that asks for the end, or 0. */
int signals_end(void);

/* Whether that is to be an end by that very signal, as without a handler. */
bool signals_end_is_fatal(void);

/* Whether a stop was asked for since the last call. */
bool signals_take_stop(void);

/* Whether the window may have another size since the last call. */
bool signals_take_window(void);

/* Ends or stops this process by the signal. Returns where that was a stop. */
void signals_raise(int number);

#endif
