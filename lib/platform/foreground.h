/*
 * A child in the foreground: for as long as it runs, it stands where this
 * process stands. It is of the same process group and has the same terminal,
 * descriptors and signals; a signal that is sent to this process reaches it, a
 * stop of it is a stop of this process, and it does not outlive this process.
 */
#ifndef FOREGROUND_H
#define FOREGROUND_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>

struct foreground {
	/*
	 * In the child: becomes the program by exec. It returns, with errno,
	 * only where it cannot.
	 */
	void (*become)(void *argument);
	/*
	 * In this process, when the child has become the program; null: there
	 * is nothing to do. False, with errno, ends the child.
	 */
	bool (*begun)(void *argument);
	/*
	 * Something to do while the child runs; null: there is nothing. watch()
	 * sets what to wait for, as poll(2) takes it, each time anew, and
	 * ready() is called when it has come; it must not wait itself.
	 */
	void (*watch)(void *argument, struct pollfd *wanted);
	void (*ready)(void *argument);
	void *argument; /* of all of them */
	const sigset_t *mask; /* the signal mask of the program */
};

struct foreground_end {
	int status; /* as wait(2) tells it */
	int asked; /* the signal that asked this process to end, or 0 */
};

/*
 * Runs the child to its end. 0 and *end; or -1 with errno where nothing has
 * begun: no process, no program, or begun() said no.
 *
 * The signal that asked for the end has been passed on and waits for the
 * caller to die by it (signals_raise()).
 */
int
foreground_run(const struct foreground *foreground, struct foreground_end *end);

#endif
