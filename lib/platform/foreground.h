/*
 * A child that takes the place of this process in the foreground. It has the
 * same process group, terminal, descriptors and signals. It gets each signal
 * that is sent to this process, stops this process when it stops, and does not
 * outlive it.
 */
#ifndef FOREGROUND_H
#define FOREGROUND_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>

struct foreground {
	/*
	 * In the child: becomes the program by exec. Returns only with errno.
	 */
	void (*become)(void *argument);
	/*
	 * In this process, after the exec of the child. May be null. Returns
	 * false with errno to end the child.
	 */
	bool (*begun)(void *argument);
	/*
	 * Work while the child runs. May be null. watch() sets what to wait
	 * for, as for poll(2), each time. ready() is called when it has come,
	 * and must not wait.
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
 * Runs the child to its end. Returns 0 and *end; or -1 with errno if it did not
 * start: no process, no program, or begun() returned false.
 *
 * The signal that ended the run was passed on. The caller dies by it too
 * (signals_raise()).
 */
int
foreground_run(const struct foreground *foreground, struct foreground_end *end);

#endif
