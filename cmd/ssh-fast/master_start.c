/*
 * The login of a cold start. ssh -f returns when it has logged in and its
 * master listens. The rest of the run is the same as with a free master.
 *
 * Later runs use the master too. So it does not inherit folder, limits,
 * niceness and descriptors. Only the login has the terminal and the standard
 * descriptors of this run.
 */
#include "ssh-fast/master_start.h"

#include "base/deadline.h"
#include "lease/slots.h"
#include "mux/masters.h"
#include "namespace/record.h"
#include "platform/foreground.h"
#include "platform/platform.h"
#include "platform/signals.h"
#include "shared/commands.h"
#include "shared/message.h"
#include "ssh-fast/cold.h"
#include "ssh-fast/lease_words.h"
#include "ssh-fast/login_note.h"
#include "ssh-fast/login_words.h"
#include "ssh-fast/native_course.h"
#include "ssh/sshkey.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SCRIPT_PAUSE_US = 10000 };

/* The data of a login, and its output. */
struct login {
	struct run *run;
	struct lease_words argv;
	bool is_relayed; /* what it says goes through words */
	struct login_words words;
};

/* Leaves the folder unless the configuration depends on it. */
static void
become_login(void *argument)
{
	const struct login *login = argument;

	if (login->is_relayed)
		login_words_take_over(&login->words);
	platform_take_usual_context();
	if (!login->argv.stays_in_folder && chdir("/") == -1)
		errno = 0;
	real_ssh_exec(&login->run->ssh, login->argv.argv, false);
}

static void
watch_words(void *argument, struct pollfd *wanted)
{
	struct login *login = argument;

	login_words_watch(&login->words, wanted);
}

static void
pass_on_words(void *argument)
{
	struct login *login = argument;

	login_words_pass_on(&login->words);
}

/*
 * ssh forks after its login. If no process is left, that is found before, and
 * there is no login in vain.
 */
static bool
may_fork(void *argument)
{
	pid_t pid = fork();

	(void)argument;
	if (pid == 0)
		_exit(0);
	if (pid == -1)
		return false;
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	return true;
}

static enum master_start
do_not_try(struct run *run)
{
	(void)lease_release(&run->pool.ns, &run->lease, false);
	return MASTER_NOT_TRIED;
}

/* Removes the dead socket of an interrupted login. */
static void
clean_up(struct run *run, const char *path)
{
	if (probe_look(path) == PROBE_DEAD)
		(void)unlinkat(run->pool.ns.sockets.fd, run->lease.name, 0);
	(void)lease_release(&run->pool.ns, &run->lease, run->options.touch);
}

/*
 * Without -v, ssh hides the words of a proxy if the connection is to persist.
 * They may be the reason of the failure, or an address to log in at.
 */
static void
tell_of_proxy(const struct run *run)
{
	struct failure ignored;
	struct record record;

	if (run->pool.endpoint.is_verbose ||
	    record_read(&record, &run->pool.ns, NULL, &ignored) != RECORD_FOUND)
		return;
	if (record.jump != NULL)
		message("cannot show what the proxy has said: "
			"SSH_FAST_DISABLE=1 shows it");
	record_free(&record);
}

/* This run ends as the child did. */
static enum master_start
end_as_login(struct run *run, const struct foreground_end *end,
    const char *path, int *status)
{
	clean_up(run, path);
	cold_leave_gates(run);
	if (WIFEXITED(end->status) && WEXITSTATUS(end->status) != 0)
		tell_of_proxy(run);
	if (WIFSIGNALED(end->status))
		signals_raise(WTERMSIG(end->status));
	else if (WEXITSTATUS(end->status) == 0)
		signals_raise(end->asked);
	*status =
	    WIFEXITED(end->status) ? WEXITSTATUS(end->status) : EXIT_OWN_ERROR;
	return MASTER_FAILED;
}

/* Runs the login. Returns 0 and *end, or -1 with errno if it did not start. */
static int
log_in(struct login *login, const char *path, struct foreground_end *end)
{
	struct foreground foreground = {.become = become_login,
	    .begun = may_fork,
	    .argument = login,
	    .mask = &login->run->inherited_mask};
	int result;

	if (lease_words_make_master(&login->argv, login->run, path) == -1)
		return -1;
	login->is_relayed = login->run->pool.endpoint.is_verbose;
	if (login->is_relayed) {
		foreground.watch = watch_words;
		foreground.ready = pass_on_words;
		if (login_words_open(&login->words) == -1) {
			free(login->argv.argv);
			return -1;
		}
	}
	result = foreground_run(&foreground, end);
	free(login->argv.argv);
	if (login->is_relayed && result == 0)
		login_words_finish(&login->words);
	else if (login->is_relayed)
		login_words_close(&login->words);
	return result;
}

/*
 * A script may end before its ssh. This waits for that ssh, as two logins must
 * not use the same name.
 */
static bool
is_there(const struct run *run)
{
	char name[32];
	bool is_named = true;

	namespace_socket_path_in("", run->lease.name, name, sizeof(name));
	while (is_named &&
	    !namespace_has_socket(&run->pool.ns, run->lease.name, NULL)) {
		is_named = run->ssh.is_script && masters_or_others_name(name);
		deadline_sleep_us(SCRIPT_PAUSE_US);
	}
	return is_named;
}

/* The master of a successful login, or why there is none. */
static enum master_start
find_master(struct run *run, const char *path, struct failure *failure)
{
	if (is_there(run))
		return MASTER_STARTED;
	errno = ENOENT;
	(void)failure_set(
	    failure, FAILURE_SYSTEM, "find a master at", path, NULL);
	return do_not_try(run);
}

enum master_start
master_start(struct run *run, int *status, struct failure *failure)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct login login = {.run = run};
	struct foreground_end end;
	enum master_start result;
	int64_t began_us = deadline_now_us();
	int note_fd, fd;

	/* Checks before the login whether a socket can be made. */
	if (namespace_can_hold_sockets(&run->pool.ns, failure) != 1)
		return do_not_try(run);
	namespace_socket_path(&run->pool.ns, run->lease.name, path);
	note_fd = login_note_begin(run);
	if (log_in(&login, path, &end) == -1) {
		(void)failure_set(
		    failure, FAILURE_SYSTEM, "start a master for", path, NULL);
		result = do_not_try(run);
	} else if (!WIFEXITED(end.status) || WEXITSTATUS(end.status) != 0 ||
	    end.asked != 0) {
		result = end_as_login(run, &end, path, status);
	} else {
		result = find_master(run, path, failure);
	}
	if (result != MASTER_STARTED) {
		login_note_end(note_fd);
		return result;
	}
	if (run->options.verbose)
		message("the login took %.2f ms",
		    (double)(deadline_now_us() - began_us) / 1000);
	run->lease.is_warm = run->has_logged_in = true;
	lease_note_login(&run->lease,
	    run->pool.valid_until == SSHKEY_FOR_EVER
		? 0
		: (int64_t)run->pool.valid_until);
	/* For the count of its sessions after this one. */
	if (native_ask_master(run, run->client.kind == CLIENT_IS_NATIVE, &fd,
		&run->lease.master_pid) == PROBE_ALIVE)
		run->lease.master_fd = fd;
	else
		run->lease.master_pid = 0;
	login_note_worked(run, note_fd);
	if (run->options.slots > 1)
		slots_make(&run->pool.ns, &run->lease);
	return MASTER_STARTED;
}
