#include "ssh-fast/client.h"

#include "base/deadline.h"
#include "mux/room.h"
#include "platform/signals.h"
#include "ssh-fast/identities.h"
#include "ssh-fast/run.h"

#include <stdio.h>
#include <unistd.h>

/* For the server's word on one more session, which may be far. */
enum { ROOM_TIMEOUT_MS = 2000 };

/*
 * Arrays, not pointers: a silent start touches none of these pages. A standard
 * input that is not a terminal is exact in both clients.
 */
static const char stream_words[STREAM_COUNT][STREAM_KIND_COUNT][32] = {
    [STDIN_FILENO] = {[STREAM_TERMINAL] = "standard input is a terminal"},
    [STDOUT_FILENO] = {[STREAM_FILE] = "standard output is a file",
	[STREAM_PIPE] = "standard output is a pipe",
	[STREAM_SOCKET] = "standard output is a socket",
	[STREAM_TERMINAL] = "standard output is a terminal"},
    [STDERR_FILENO] = {[STREAM_FILE] = "standard error is a file",
	[STREAM_PIPE] = "standard error is a pipe",
	[STREAM_SOCKET] = "standard error is a socket",
	[STREAM_TERMINAL] = "standard error is a terminal"},
};

static void
choose(struct client_choice *client, enum client_kind kind, const char *reason)
{
	client->kind = kind;
	client->reason = reason;
}

/*
 * Where the client of ssh differs visibly from plain ssh, or null. It reports
 * the status before all output has arrived, does not report a lost connection,
 * and handles signals that are ignored.
 */
static const char *
find_shortcoming(const struct run *run)
{
	const struct native *native = &run->native;
	const char *words;
	int fd;

	if (native->wants_tty)
		return "a terminal is asked for";
	for (fd = 0; fd < STREAM_COUNT; fd++) {
		words = stream_words[fd][native->kinds.of[fd]];
		if (words[0] != '\0')
			return words;
	}
	return signals_any_is_ignored() ? "a signal is ignored" : NULL;
}

/* -W only passes input and output on; its client prints nothing. */
static const char *
find_shortcoming_of_forward(const struct run *run)
{
	if (run->native.kinds.of[STDIN_FILENO] == STREAM_TERMINAL)
		return "standard input is a terminal";
	return signals_any_is_ignored() ? "a signal is ignored" : NULL;
}

/*
 * Chooses ssh if it is exact, or the native client if only that is exact, or
 * plain ssh.
 */
static void
choose_by_exactness(struct run *run)
{
	const char *only_ssh = run->native.wanted.only_ssh, *problem = NULL;
	struct client_choice *client = &run->client;

	if (run->pool.endpoint.is_stdio_forward)
		problem = find_shortcoming_of_forward(run);
	else if (!run->pool.endpoint.in_background)
		problem = find_shortcoming(run);
	if (identities_have_bad_provider(&run->args))
		choose(client, CLIENT_IS_NONE,
		    "the PKCS#11 provider cannot be loaded");
	else if (only_ssh == NULL && run->options.reuse_only)
		choose(client, CLIENT_IS_NATIVE, "no login is allowed");
	else if (only_ssh == NULL && run->options.slots > 1)
		choose(client, CLIENT_IS_NATIVE, "the master is shared");
	else if (only_ssh == NULL && problem == NULL)
		choose(client, CLIENT_IS_SSH,
		    "all output goes to the null device");
	else if (only_ssh == NULL)
		choose(client, CLIENT_IS_NATIVE, problem);
	else if (problem == NULL)
		choose(client, CLIENT_IS_SSH, only_ssh);
	else {
		(void)snprintf(client->words, sizeof(client->words),
		    "%s, and %s", only_ssh, problem);
		choose(client, CLIENT_IS_NONE, client->words);
	}
}

void
client_choose(struct run *run)
{
	const struct sshsession *wanted = &run->native.wanted;
	struct client_choice *client = &run->client;

	if (run->options.client == CLIENT_SSH) {
		choose(client, CLIENT_IS_SSH, "");
		return;
	}
	native_prepare(run);
	/* The user wants all that the script does. */
	if (run->ssh.is_script)
		choose(client, CLIENT_IS_SSH, "the ssh program is a script");
	else if (run->options.client == CLIENT_AUTO)
		choose_by_exactness(run);
	else if (wanted->only_ssh != NULL)
		choose(client, CLIENT_IS_SSH, wanted->only_ssh);
	else
		choose(client, CLIENT_IS_NATIVE, "");
}

bool
client_may_be_native(const struct run *run)
{
	return run->options.client == CLIENT_AUTO &&
	    run->client.kind == CLIENT_IS_SSH && !run->ssh.is_script &&
	    run->native.wanted.only_ssh == NULL &&
	    !run->pool.endpoint.is_stdio_forward &&
	    !run->pool.endpoint.in_background;
}

void
client_become_native(struct run *run)
{
	choose(&run->client, CLIENT_IS_NATIVE, "the master is not trusted");
}

const char *
client_words(const struct run *run)
{
	static char words[192];
	const struct client_choice *client = &run->client;

	(void)snprintf(words, sizeof(words), "%s%s%s",
	    client->kind == CLIENT_IS_NATIVE ? "native" : "ssh",
	    client->reason[0] != '\0' ? ", because " : "", client->reason);
	return words;
}

bool
client_would_be_refused(const struct run *run)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];

	if (run->lease.orphans <= 0 || run->has_logged_in)
		return false;
	namespace_socket_path(&run->pool.ns, run->lease.name, path);
	return !room_is_there(
	    path, run->pool.ns.owner, deadline_in_ms(ROOM_TIMEOUT_MS));
}
