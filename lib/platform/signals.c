#include "platform/signals.h"

#include <unistd.h>

static volatile sig_atomic_t end_signal, stop_wanted, has_other_window;

static void
note_end(int number)
{
	if (end_signal == 0)
		end_signal = number;
}

static void
note_stop(int number)
{
	(void)number;
	stop_wanted = 1;
}

static void
note_window(int number)
{
	(void)number;
	has_other_window = 1;
}

void
signals_hold(sigset_t *before)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, before);
}

void
signals_release(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
/* By default these end the process at once. */
static const int fatal[] = {SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF,
    SIGXCPU, SIGPOLL, SIGSYS, SIGTRAP, SIGABRT};
enum {
	ENDING_COUNT = sizeof(ending) / sizeof(ending[0]),
	FATAL_COUNT = sizeof(fatal) / sizeof(fatal[0]),
};

/* The signal is blocked, so nothing happens between these calls. */
static void
handle(int number, void (*handler)(int number), bool even_if_ignored)
{
	struct sigaction action = {.sa_handler = handler}, before;

	(void)sigfillset(&action.sa_mask);
	if (sigaction(number, &action, &before) == 0 && !even_if_ignored &&
	    before.sa_handler == SIG_IGN)
		(void)sigaction(number, &before, NULL);
}

void
signals_catch(bool has_window, bool is_raw, sigset_t *before)
{
	sigset_t caught;
	size_t i;

	(void)sigemptyset(&caught);
	(void)sigaddset(&caught, SIGWINCH);
	for (i = 0; i < ENDING_COUNT; i++)
		(void)sigaddset(&caught, ending[i]);
	for (i = 0; is_raw && i < FATAL_COUNT; i++)
		(void)sigaddset(&caught, fatal[i]);
	if (is_raw)
		(void)sigaddset(&caught, SIGTSTP);
	/* Before there are handlers: what they note is looked at in waiting. */
	(void)sigprocmask(SIG_BLOCK, &caught, before);
	if (has_window)
		handle(SIGWINCH, note_window, true);
	for (i = 0; i < ENDING_COUNT; i++)
		handle(ending[i], note_end, false);
	for (i = 0; is_raw && i < FATAL_COUNT; i++)
		handle(fatal[i], note_end, false);
	if (is_raw)
		handle(SIGTSTP, note_stop, false);
}

static void
give_up(int number)
{
	struct sigaction before;

	if (sigaction(number, NULL, &before) == 0 &&
	    (before.sa_handler == note_end || before.sa_handler == note_stop ||
		before.sa_handler == note_window))
		(void)signal(number, SIG_DFL);
}

void
signals_uncatch(const sigset_t *before)
{
	size_t i;

	give_up(SIGWINCH);
	give_up(SIGTSTP);
	for (i = 0; i < ENDING_COUNT; i++)
		give_up(ending[i]);
	for (i = 0; i < FATAL_COUNT; i++)
		give_up(fatal[i]);
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

void
signals_let_in(const sigset_t *mask)
{
	sigset_t before;

	(void)sigprocmask(SIG_SETMASK, mask, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

bool
signals_any_is_ignored(void)
{
	struct sigaction action;
	size_t i;

	for (i = 0; i < ENDING_COUNT; i++)
		if (sigaction(ending[i], NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN)
			return true;
	return false;
}

int
signals_end(void)
{
	return end_signal;
}

bool
signals_end_is_fatal(void)
{
	size_t i;

	for (i = 0; i < FATAL_COUNT; i++)
		if (fatal[i] == end_signal)
			return true;
	return false;
}

bool
signals_take_stop(void)
{
	bool wanted = stop_wanted != 0;

	stop_wanted = 0;
	return wanted;
}

bool
signals_take_window(void)
{
	bool is_other = has_other_window != 0;

	has_other_window = 0;
	return is_other;
}

void
signals_raise(int number)
{
	sigset_t only;

	(void)signal(number, SIG_DFL);
	(void)raise(number);
	(void)sigemptyset(&only);
	(void)sigaddset(&only, number);
	/* Delivered before this returns; a stop returns when it is over. */
	(void)sigprocmask(SIG_UNBLOCK, &only, NULL);
}
