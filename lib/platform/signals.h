/*
 * The signals of a process that waits for a session. Handlers only note a
 * signal. They run only while the process waits, because all signals are
 * blocked at other times. So no signal is missed.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* Blocks all signals. *before gets the old mask. */
void signals_hold(sigset_t *before);

/* Sets this mask. */
void signals_release(const sigset_t *before);

/*
 * Catches HUP, INT, QUIT and TERM. Ignored ones stay ignored, as in ssh. With a
 * terminal it also catches WINCH. With a raw terminal it also catches other
 * signals that would end or stop the process, as the terminal would stay raw.
 *
 * The signals stay blocked until the caller waits with the old mask, which
 * *before (or null) gets.
 */
void signals_catch(bool has_window, bool is_raw, sigset_t *before);

/* Restores the old actions, and the mask before. */
void signals_uncatch(const sigset_t *before);

/*
 * Handles pending signals, with this mask. ppoll(2) does not do that if a
 * descriptor is ready at once.
 */
void signals_let_in(const sigset_t *mask);

/* Whether HUP, INT, QUIT or TERM is ignored, which signals_catch() respects. */
bool signals_any_is_ignored(void);

/* The signal that asks for the end, or 0. */
int signals_end(void);

/* Whether the process must die by this signal, as without a handler. */
bool signals_end_is_fatal(void);

/* Whether a stop was asked for since the last call. */
bool signals_take_stop(void);

/* Whether the window size may have changed since the last call. */
bool signals_take_window(void);

/* Ends or stops this process by the signal. Returns after a stop. */
void signals_raise(int number);

#endif
