#define _GNU_SOURCE
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void
platform_watch_self(struct platform_watch *watch, pid_t self)
{
	watch->pid = self;
	/* The process opens it itself, so the pid cannot be reused. */
	watch->fd = platform_process_fd(watch->pid);
}

enum { SHORT_SESSION_MS = 200 };

/* The linker defines where the program begins: ld(1). */
extern const char __executable_start[];

/*
 * Drops the unchanged pages of this program. They come back from the page cache
 * when they are needed. A process that waits for hours saves memory: 200 KiB of
 * private pages are left of 320.
 */
static void
forget_program(void)
{
	const ElfW(Phdr) *header = (const void *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM), i;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), base, from;
	bool is_first = true;

	for (i = 0, base = 0; header != NULL && i < count; i++, header++) {
		if (header->p_type != PT_LOAD)
			continue;
		if (is_first)
			base = (uintptr_t)__executable_start - header->p_vaddr;
		is_first = false;
		if ((header->p_flags & PF_W) != 0)
			continue;
		from = (base + header->p_vaddr) & ~(page - 1);
		(void)madvise((void *)from,
		    base + header->p_vaddr + header->p_memsz - from,
		    MADV_DONTNEED);
	}
}

bool
platform_watch_for(const struct platform_watch *watch, int ms)
{
	struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};

	if (watch->fd != -1)
		return poll(&poll_fd, 1, ms) == 1;
	(void)poll(NULL, 0, ms);
	return getppid() != watch->pid;
}

void
platform_watch_wait(const struct platform_watch *watch)
{
	struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};
	sigset_t parent_died;

	/* Most sessions are short. For those it would be wasted work. */
	if (watch->fd == -1 || poll(&poll_fd, 1, SHORT_SESSION_MS) != 1)
		forget_program();
	/*
	 * A pidfd becomes readable when the process is a zombie: pidfd_open(2).
	 */
	if (watch->fd != -1) {
		while (poll(&poll_fd, 1, -1) != 1)
			;
		return;
	}
	/*
	 * Linux before 5.3, or a sandbox without pidfd_open. Any process can
	 * send the signal, so getppid(2) decides. It is read after the signal
	 * was requested, so no end is missed.
	 */
	(void)sigemptyset(&parent_died);
	(void)sigaddset(&parent_died, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &parent_died, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	while (getppid() == watch->pid) {
		const struct timespec second = {1, 0};

		(void)sigtimedwait(&parent_died, NULL, &second);
	}
}

/*
 * Room for the stack. The arguments of the child are at its upper end, beside
 * the first frames, so both touch one page.
 */
enum { CHILD_STACK_SIZE = 32768 };
struct child_start {
	void (*run)(void *argument);
	/*
	 * Both ends of a pipe. The second one closes when the caller execs or
	 * ends.
	 */
	int gate[2];
	max_align_t argument[];
};

/*
 * Before the gate opens nothing may fail here, because the caller shares errno.
 * Signals cannot interrupt it: all are blocked.
 */
static int
run_child(void *told)
{
	struct child_start *start = told;
	char byte;

	if (start->gate[0] != -1) {
		(void)close(start->gate[1]);
		(void)!read(start->gate[0], &byte, 1);
		(void)close(start->gate[0]);
	}
	start->run(start->argument);
	_exit(0);
}

static struct child_start *
prepare_child(void (*run)(void *argument), const void *argument, size_t size)
{
	const size_t unit = _Alignof(max_align_t);
	const size_t room = (size + unit - 1) / unit * unit;
	struct child_start *start;
	char *stack;

	if (size > CHILD_STACK_SIZE / 4) {
		errno = E2BIG;
		return NULL;
	}
	stack = mmap(NULL, CHILD_STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		return NULL;
	start = (void *)(stack + CHILD_STACK_SIZE - sizeof(*start) - room);
	start->run = run;
	start->gate[0] = start->gate[1] = -1;
	memcpy(start->argument, argument, size);
	return start;
}

pid_t
platform_start_child(
    void (*run)(void *argument), const void *argument, size_t size, bool waits)
{
	struct child_start *start = prepare_child(run, argument, size);
	sigset_t all, inherited;
	int saved_errno;
	pid_t pid;

	if (start == NULL || (waits && pipe2(start->gate, O_CLOEXEC) == -1))
		return -1;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &inherited);
#ifdef START_CHILD_BY_FORK
	/* valgrind and the sanitizers cannot follow a clone. */
	if ((pid = fork()) == 0)
		run_child(start);
#else
	/* Its end sends no signal: no process waits for it. */
	pid = clone(run_child, start, CLONE_VM, start);
#endif
	saved_errno = errno;
	(void)sigprocmask(SIG_SETMASK, &inherited, NULL);
	if (waits)
		(void)close(start->gate[0]);
	errno = saved_errno;
	return pid;
}

void
platform_end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) == -1 && errno == EINTR)
		;
}
