/*
 * What a command line and its configuration request for one session: a
 * terminal, a command, variables. A client tells the master no more than this.
 */
#ifndef SSHSESSION_H
#define SSHSESSION_H

#include "ssh/sshargs.h"
#include "base/text.h"

#include <stdbool.h>

enum sshsession_tty {
	SSHSESSION_TTY_UNSET,
	SSHSESSION_TTY_AUTO,
	SSHSESSION_TTY_NO,
	SSHSESSION_TTY_YES,
	SSHSESSION_TTY_FORCE,
};

/* Levels of messages on stderr. The other levels of ssh add none here. */
enum sshsession_log {
	SSHSESSION_LOG_UNSET,
	SSHSESSION_LOG_QUIET,
	SSHSESSION_LOG_ERROR,
	SSHSESSION_LOG_INFO,
};

enum sshsession_switch {
	SSHSESSION_UNSET,
	SSHSESSION_NO,
	SSHSESSION_YES,
};

enum sshsession_escape {
	SSHSESSION_ESCAPE_UNSET,
	SSHSESSION_ESCAPE_NONE,
	SSHSESSION_ESCAPE_CHAR,
};

struct sshsession {
	/* Why only ssh can run the session, in a few words, or null. */
	const char *only_ssh;
	enum sshsession_tty tty;
	enum sshsession_log log;
	enum sshsession_switch stdin_null, is_subsystem, remote_command;
	bool wants_agent, wants_x11;
	enum sshsession_escape escape;
	unsigned char escape_char; /* with SSHSESSION_ESCAPE_CHAR */
	bool has_command;
	const char *remote; /* RemoteCommand, in place of a command, or null */
	const char *hostname; /* as ssh resolved it, for its messages */
	const char *settings; /* as they were handed in */
};

/*
 * Reads the requests of the command line (args are those of argv), and of the
 * settings for the rest: lines of ssh -G ("keyword value"), which are split in
 * place and must stay valid. Empty settings are unknown settings.
 */
void sshsession_read(struct sshsession *session, const struct sshargs *args,
    int argc, char *const argv[], char *settings);

/*
 * Whether a terminal is requested. *is_refused is set if ssh would refuse it,
 * because standard input is not a terminal.
 */
bool sshsession_wants_tty(
    const struct sshsession *session, bool stdin_is_terminal, bool *is_refused);

#endif
