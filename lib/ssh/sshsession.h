/*
 * What a command line, and the configuration behind it, ask of one session: a
 * terminal, a command, variables. That is all that a client tells a master,
 * and what ssh itself would tell it.
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

/* What is said on stderr; ssh knows more levels, with nothing to say there. */
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
	/* Why none but ssh itself can do it, in a few words, or null. */
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
 * Reads what the command line (args are argv's) asks for and, where it is
 * silent, the settings: lines of ssh -G ("keyword value"), which are taken
 * apart in place and must stay. Empty settings: they are not known.
 */
void sshsession_read(struct sshsession *session, const struct sshargs *args,
    int argc, char *const argv[], char *settings);

/*
 * Whether a terminal is asked for. *is_refused is set where one would be but
 * for a standard input that is none, which ssh says.
 */
bool sshsession_wants_tty(
    const struct sshsession *session, bool stdin_is_terminal, bool *is_refused);

#endif
