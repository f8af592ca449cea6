/*
 * Runs a command and lets one system call of it go wrong: the process that
 * makes it is killed in front of it, or the call fails though nothing is done.
 *
 *   fault SUBJECT MODE REPORT COMMAND [ARGUMENT...]
 *
 * SUBJECT  main: the command and its children, each until it execs another
 *          program. keeper: only children whose end tells their parent
 *          nothing, which is how a keeper is started.
 * MODE     count, kill=N, or fail=N:K: the N-th call (from 1) fails with the
 *          K-th (from 0, modulo their number) of the errors that it can meet.
 *          Calls of the dynamic loader, before the program begins, do not count.
 * REPORT   gets a line: calls counted, number and error of the one met (0: an
 *          error that the call cannot have; nothing was done), and the pid.
 *
 * Ends with the command's exit status once all that it follows has ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "errors.h"

#if defined(__x86_64__)
#include <stddef.h>
#include <sys/user.h>

static bool
set_number(pid_t pid, long number)
{
	return ptrace(PTRACE_POKEUSER, pid,
		   offsetof(struct user_regs_struct, orig_rax), number) == 0;
}

static bool
set_result(pid_t pid, long result)
{
	return ptrace(PTRACE_POKEUSER, pid,
		   offsetof(struct user_regs_struct, rax), result) == 0;
}
#elif defined(__aarch64__)
#include <elf.h>
#include <sys/uio.h>
#include <sys/user.h>

static bool
set_number(pid_t pid, long number)
{
	int word = (int)number;
	struct iovec part = {&word, sizeof(word)};

	return ptrace(PTRACE_SETREGSET, pid, 0x404 /* NT_ARM_SYSTEM_CALL */,
		   &part) == 0;
}

static bool
set_result(pid_t pid, long result)
{
	struct user_regs_struct registers;
	struct iovec part = {&registers, sizeof(registers)};

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) == -1)
		return false;
	registers.regs[0] = (unsigned long long)result;
	return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part) == 0;
}
#else
#error "fault.c: how to change a system call is known for x86_64 and aarch64"
#endif

enum { TRACEES_MAX = 64 };

struct tracee {
	pid_t pid;
	bool is_known; /* its parent has told what it is */
	bool is_stopped; /* came before that */
	bool counts;
	bool in_call;
	unsigned long long loader, loader_end; /* where its code is, if any */
	int error; /* what the call it is in is to fail with */
};

struct fault {
	struct tracee tracees[TRACEES_MAX];
	pid_t command;
	bool keeper, has_started, command_ended;
	long counted, kill_at, fail_at, which;
	long met_number;
	int met_error, status;
	pid_t met_pid;
	struct stat program;
};

static void
die(const char *what)
{
	perror(what);
	exit(99);
}

static struct tracee *
find(struct fault *fault, pid_t pid, bool make)
{
	struct tracee *room = NULL;
	int i;

	for (i = 0; i < TRACEES_MAX; i++) {
		if (fault->tracees[i].pid == pid)
			return &fault->tracees[i];
		if (fault->tracees[i].pid == 0 && room == NULL)
			room = &fault->tracees[i];
	}
	if (!make)
		return NULL;
	if (room == NULL)
		die("too many processes");
	memset(room, 0, sizeof(*room));
	room->pid = pid;
	return room;
}

static int
choose_error(long number, long which)
{
	size_t i;
	int count;

	for (i = 0; i < sizeof(plausible) / sizeof(plausible[0]); i++) {
		if (plausible[i].number != number)
			continue;
		for (count = 0; plausible[i].errors[count] != 0; count++)
			;
		return plausible[i].errors[which % count];
	}
	return 0;
}

static void
enter_call(struct fault *fault, struct tracee *tracee, long number,
    unsigned long long address)
{
	tracee->in_call = true;
	if (!tracee->counts ||
	    (address >= tracee->loader && address < tracee->loader_end))
		return;
	fault->counted++;
	if (fault->counted == fault->kill_at) {
		fault->met_number = number;
		fault->met_error = -1;
		fault->met_pid = tracee->pid;
		(void)kill(tracee->pid, SIGKILL);
	} else if (fault->counted == fault->fail_at) {
		fault->met_number = number;
		fault->met_pid = tracee->pid;
		tracee->error = choose_error(number, fault->which);
		fault->met_error = tracee->error;
		/* What is closed is closed, whatever close(2) returns. */
		if (tracee->error != 0 && number != SYS_close &&
		    !set_number(tracee->pid, -1))
			die("cannot change the call");
	}
}

static void
leave_call(struct tracee *tracee)
{
	tracee->in_call = false;
	if (tracee->error != 0 && !set_result(tracee->pid, -tracee->error))
		die("cannot change the result");
	tracee->error = 0;
}

static void
look_at_call(struct fault *fault, struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) <=
	    0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		enter_call(fault, tracee, (long)info.entry.nr,
		    (unsigned long long)info.instruction_pointer);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		leave_call(tracee);
}

static void
go_on(const struct tracee *tracee, int signal)
{
	/* It may have been killed meanwhile. */
	(void)ptrace(PTRACE_SYSCALL, tracee->pid, 0, signal);
}

/* After an exec nothing is mapped but the program, its loader and the stack. */
static void
find_loader(struct tracee *tracee)
{
	char path[32], line[512], *name;
	unsigned long long begin, end;
	FILE *maps;

	tracee->loader = tracee->loader_end = 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)tracee->pid);
	if ((maps = fopen(path, "r")) == NULL)
		return;
	while (fgets(line, sizeof(line), maps) != NULL) {
		name = strchr(line, '/');
		if (name == NULL || strstr(name, "/ld-") == NULL ||
		    sscanf(line, "%llx-%llx", &begin, &end) != 2)
			continue;
		if (tracee->loader == 0)
			tracee->loader = begin;
		tracee->loader_end = end;
	}
	fclose(maps);
}

/* The command begins with its exec; another program is none of ours. */
static bool
stays_after_exec(struct fault *fault, struct tracee *tracee)
{
	char path[32];
	struct stat program;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)tracee->pid);
	if (stat(path, &program) == -1)
		return false;
	if (!fault->has_started) {
		fault->has_started = true;
		fault->program = program;
		tracee->counts = !fault->keeper;
		return true;
	}
	return program.st_dev == fault->program.st_dev &&
	    program.st_ino == fault->program.st_ino;
}

static void
adopt(struct fault *fault, const struct tracee *parent, int event)
{
	unsigned long message = 0;
	struct tracee *child;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, 0, &message) == -1)
		return;
	child = find(fault, (pid_t)message, true);
	child->is_known = true;
	/* Whatever a keeper starts is as good as it. */
	child->counts =
	    event == PTRACE_EVENT_CLONE ? fault->keeper : parent->counts;
	child->loader = parent->loader;
	child->loader_end = parent->loader_end;
	if (child->is_stopped)
		go_on(child, 0);
	child->is_stopped = false;
}

static void
stopped(struct fault *fault, struct tracee *tracee, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status);

	if (!tracee->is_known) {
		tracee->is_stopped = true;
		return;
	}
	if (event == 0 && signal == (SIGTRAP | 0x80)) {
		look_at_call(fault, tracee);
		signal = 0;
	} else if (event == PTRACE_EVENT_EXEC) {
		if (!stays_after_exec(fault, tracee)) {
			(void)ptrace(PTRACE_DETACH, tracee->pid, 0, 0);
			tracee->pid = 0;
			return;
		}
		find_loader(tracee);
		signal = 0;
	} else if (event == PTRACE_EVENT_STOP) {
		/* A stop of the whole group is none that is used here. */
		signal = 0;
	} else if (event != 0) {
		adopt(fault, tracee, event);
		signal = 0;
	}
	go_on(tracee, signal);
}

static bool
is_done(const struct fault *fault)
{
	int i;

	for (i = 0; i < TRACEES_MAX; i++)
		if (fault->tracees[i].pid != 0)
			return false;
	return fault->command_ended;
}

static void
follow(struct fault *fault)
{
	struct tracee *tracee;
	int status;
	pid_t pid;

	while (!is_done(fault)) {
		pid = waitpid(-1, &status, __WALL);
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1)
			return;
		tracee = find(fault, pid, WIFSTOPPED(status));
		if (WIFSTOPPED(status)) {
			stopped(fault, tracee, status);
			continue;
		}
		if (tracee != NULL)
			tracee->pid = 0;
		if (pid == fault->command) {
			fault->command_ended = true;
			fault->status = WIFEXITED(status)
			    ? WEXITSTATUS(status)
			    : 128 + WTERMSIG(status);
		}
	}
}

static void
start(struct fault *fault, char *argv[])
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
	    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	    PTRACE_O_EXITKILL;
	struct tracee *tracee;
	int ready[2];
	char byte = 0;

	if (pipe2(ready, O_CLOEXEC) == -1)
		die("pipe");
	if ((fault->command = fork()) == -1)
		die("fork");
	if (fault->command == 0) {
		if (read(ready[0], &byte, 1) != 1)
			_exit(99);
		execv(argv[0], argv);
		perror(argv[0]);
		_exit(99);
	}
	tracee = find(fault, fault->command, true);
	tracee->is_known = true;
	if (ptrace(PTRACE_SEIZE, fault->command, 0, options) == -1 ||
	    ptrace(PTRACE_INTERRUPT, fault->command, 0, 0) == -1 ||
	    write(ready[1], &byte, 1) != 1)
		die("ptrace");
	close(ready[0]);
	close(ready[1]);
}

int
main(int argc, char *argv[])
{
	static struct fault fault;
	FILE *report;

	if (argc < 5)
		return 99;
	fault.keeper = strcmp(argv[1], "keeper") == 0;
	if (sscanf(argv[2], "kill=%ld", &fault.kill_at) != 1 &&
	    sscanf(argv[2], "fail=%ld:%ld", &fault.fail_at, &fault.which) !=
		2 &&
	    strcmp(argv[2], "count") != 0)
		return 99;
	start(&fault, argv + 4);
	follow(&fault);
	if ((report = fopen(argv[3], "w")) == NULL)
		die(argv[3]);
	fprintf(report, "%ld %ld %d %d\n", fault.counted, fault.met_number,
	    fault.met_error, (int)fault.met_pid);
	return fclose(report) == 0 ? fault.status : 99;
}
