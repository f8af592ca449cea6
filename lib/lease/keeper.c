#include "lease/keeper.h"

#include "base/deadline.h"
#include "namespace/hint.h"
#include "lease/holder.h"
#include "lease/orphans.h"
#include "namespace/slot.h"
#include "mux/masters.h"
#include "platform/platform.h"
#include "lease/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum {
	CLIENTS_PAUSE_US = 500,
	COUNT_PATIENCE_MS = 2000,
	CLIENTS_SIGN_PAUSE_US = 128 * CLIENTS_PAUSE_US, /* after 64 ms */
	CLIENTS_PAUSE_MAX_US = 1024 * CLIENTS_PAUSE_US,
	/* The interval of checks whether the server has answered. */
	ANSWER_PAUSE_MS = 250,
	ANSWER_PAUSE_MAX_MS = 4000,
	/* A session that ends after this time of silence was given up. */
	SILENCE_MS = 3000,
};

/*
 * Closes standard input, output and error here: a reader of the output of ssh
 * would wait for the keeper too. Returns false without /dev/null to replace
 * them.
 */
static bool
leave_standard_descriptors(void)
{
	int fd = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return false;
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	return true;
}

/*
 * Whether an ssh that the script started may still use the master: one that is
 * connected, or will be. Such a process has the name of the lease among its
 * arguments from the start, as the script has.
 */
static bool
is_in_use(const struct namespace *ns, const struct lease *lease)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1], name[32];

	namespace_socket_path(ns, lease->name, path);
	namespace_socket_path_in("", lease->name, name, sizeof(name));
	return (!slot_is_name(lease->name) &&
		   platform_socket_has_clients(path)) ||
	    masters_others_name(name) ||
	    /* Again, since processes start during the walk. */
	    masters_others_name(name);
}

/*
 * The script in place of ssh has ended. This waits for the processes that it
 * left. A new master looks like an ssh until it sets its title, so the first
 * checks are frequent. Later the keeper signs the lease, since no process waits
 * for a holder that lives.
 */
static void
wait_for_clients(const struct namespace *ns, const struct lease *lease)
{
	struct holder self;
	int pause_us = CLIENTS_PAUSE_US;

	while (is_in_use(ns, lease)) {
		deadline_sleep_us(pause_us);
		if (pause_us == CLIENTS_PAUSE_MAX_US)
			continue;
		if ((pause_us *= 2) == CLIENTS_SIGN_PAUSE_US &&
		    holder_self(&self) == 0)
			(void)holder_write(lease->lock_fd, &self);
	}
}

/* The data of a keeper, its own copy. */
struct keeping {
	struct namespace ns;
	struct lease lease;
	/* The caller's own, which has told more of the master by its exec. */
	const struct lease *original;
	struct platform_watch watch;
	struct keeper_options options;
};

/* Closes all descriptors except those of the namespace and these two. */
static void
withdraw(const struct namespace *ns, int lock_fd, int watch_fd)
{
	int kept[] = {lock_fd, ns->fd, ns->sockets.fd, ns->free.fd, ns->used.fd,
	    watch_fd, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
	size_t count = sizeof(kept) / sizeof(kept[0]);

	/* Out of reach of signals from the terminal and of its hangup. */
	(void)setsid();
	if (!leave_standard_descriptors())
		count -= 3;
	platform_close_all_but(kept, count);
	/* The keeper must not keep a folder busy. A failure does not matter. */
	if (chdir("/") == -1)
		errno = 0;
	platform_set_process_name("ssh-fast-keeper");
}

static void
wake_master(const struct namespace *ns, const struct lease *lease)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];

	namespace_socket_path(ns, lease->name, path);
	probe_wake(path, ns->owner);
}

/*
 * Waits until the server answers, or the process ends. If it does not answer,
 * the session cannot have begun: the master reports the open session to its
 * client before it asks the server for the command.
 */
static void
watch_answer(struct keeping *keeping, const struct tcp_traffic *before)
{
	const int answer_ms = keeping->options.answer_ms;
	int64_t began_us = deadline_now_us(), sent_us = 0, now_us;
	int pause_ms = ANSWER_PAUSE_MS, ago_ms;

	while (!platform_watch_for(&keeping->watch, pause_ms)) {
		now_us = deadline_now_us();
		switch (trust_judge(&keeping->lease.trust, before, &ago_ms)) {
		case TRUST_UNANSWERED:
			if (sent_us == 0)
				sent_us = now_us - ago_ms * (int64_t)1000;
			if (sent_us < began_us)
				sent_us = began_us;
			if (now_us - sent_us < answer_ms * (int64_t)1000)
				continue;
			(void)lease_end_master(&keeping->ns, &keeping->lease);
			return;
		case TRUST_UNTOUCHED:
			/* It may take long to reach the master. */
			if (pause_ms < ANSWER_PAUSE_MAX_MS)
				pause_ms *= 2;
			continue;
		default:
			return;
		}
	}
}

/*
 * Waits for the end of the process, and finds out what that tells about the
 * server.
 */
static void
watch(struct keeping *keeping)
{
	struct trust *trust = &keeping->lease.trust;
	struct tcp_traffic before;
	bool can_judge;
	int ago_ms;

	/* A login does not report the pid of its master. */
	if (trust->connection.family == 0 && keeping->lease.master_pid <= 0)
		(void)lease_ask_pid(&keeping->ns, &keeping->lease, NULL);
	trust_note_connection(trust, keeping->lease.master_pid);
	can_judge = trust->connection.family != 0 &&
	    tcp_look(&trust->connection, &before) == 0;
	if (can_judge && keeping->options.answer_ms > 0)
		watch_answer(keeping, &before);
	platform_watch_wait(&keeping->watch);
	switch (
	    can_judge ? trust_judge(trust, &before, &ago_ms) : TRUST_UNKNOWN) {
	case TRUST_HEARD:
		/* An end without an answer: the user gave up. */
		if (ago_ms < SILENCE_MS)
			trust_note_heard(trust, ago_ms);
		else
			trust_forget(trust);
		break;
	case TRUST_UNANSWERED:
		trust_forget(trust);
		/* A command that was given up must not begin later. */
		if (!keeping->options.wakes_master)
			(void)lease_end_master(&keeping->ns, &keeping->lease);
		break;
	case TRUST_UNTOUCHED:
		break;
	case TRUST_UNKNOWN:
		trust_forget(trust);
		break;
	}
}

static void
keep(void *argument)
{
	struct keeping *keeping = argument;
	const struct namespace *ns = &keeping->ns;

	keeping->lease.master_pid = keeping->original->master_pid;
	keeping->lease.orphans = keeping->original->orphans;
	withdraw(ns, keeping->lease.lock_fd, keeping->watch.fd);
	keeping->lease.master_fd = -1; /* closed, with all else */
	hint_write(ns, keeping->lease.name);
	watch(keeping);
	if (keeping->options.wait_for_clients)
		wait_for_clients(ns, &keeping->lease);
	if (keeping->options.wakes_master)
		wake_master(ns, &keeping->lease);
	/* Of a client that was killed these are up to three: counted again. */
	orphans_recount(&keeping->lease);
	(void)lease_leave(ns, &keeping->lease, keeping->options.touch,
	    keeping->options.max_age_secs);
	hint_write(ns, keeping->lease.name);
	/* The lease is free, so no process waits for the rest. */
	(void)counters_add(ns, &keeping->options.count, COUNT_PATIENCE_MS);
	prune_some(ns);
}

/*
 * Signals are blocked before the start. A ^C before setsid is meant for ssh and
 * must not end the child.
 */
static pid_t
start(const struct namespace *ns, const struct lease *lease,
    const struct keeper_options *options, bool waits)
{
	struct keeping keeping = {
	    .ns = *ns, .lease = *lease, .original = lease, .options = *options};

	platform_watch_self(&keeping.watch, lease->holder_pid);
	return platform_start_child(keep, &keeping, sizeof(keeping), waits);
}

void
keeper_prepare(const struct namespace *ns, struct lease *lease,
    const struct keeper_options *options)
{
	pid_t pid = start(ns, lease, options, true);

	lease->keeper_pid = pid > 0 ? pid : 0;
}

int
keeper_start(const struct namespace *ns, const struct lease *lease,
    const struct keeper_options *options)
{
	if (lease->keeper_pid > 0)
		return 0;
	return start(ns, lease, options, false) > 0 ? 0 : -1;
}

static void
only_prune(void *argument)
{
	const struct namespace *ns = argument;

	withdraw(ns, -1, -1);
	prune_some(ns);
}

int
keeper_prune(const struct namespace *ns)
{
	return platform_start_child(only_prune, ns, sizeof(*ns), false) > 0
	    ? 0
	    : -1;
}
