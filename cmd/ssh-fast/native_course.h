/*
 * A native session on its way from request to end. native.c runs it; each
 * part of the way is a file of its own.
 */
#ifndef NATIVE_COURSE_H
#define NATIVE_COURSE_H

#include "base/text.h"
#include "mux/escape.h"
#include "mux/probe.h"
#include "mux/session.h"
#include "mux/streams.h"
#include "platform/terminal.h"
#include "ssh-fast/run.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { NATIVE_STDIO_COUNT = 3 };

/* How the master was lost that the session went over. */
enum native_loss {
	NATIVE_NO_LOSS,
	NATIVE_CONNECTION_LOST, /* it ended by itself: its server is gone */
	NATIVE_MASTER_KILLED,
};

struct course {
	struct run *run;
	int64_t began_us;
	struct session session;
	struct terminal terminal;
	struct streams streams;
	struct escape escape;
	int level; /* ssh's LogLevel by ~v and ~V, or -1: as it was */
	bool is_ended; /* by ~. or for want of a far terminal */
	bool is_refused_tty;
	bool is_connected; /* to the master */
	sigset_t mask; /* to wait with */
	uint32_t id; /* the session's number, once it is open */
	/* The flags of standard input to error before the request, or -1. */
	int flags[NATIVE_STDIO_COUNT];
	bool has_status;
	uint32_t status;
	/* When it told the status, the master did not listen any more. */
	bool is_stopping;
	const char *trouble; /* what went wrong, or null */
	enum native_loss loss;
};

/* native_request.c: composes the request in an empty text. False: too much. */
bool native_compose_request(const struct run *run, struct text *request);

/* native_opening.c */
enum native_opening {
	NATIVE_OPENED, /* course->id is the session's number */
	NATIVE_LOST, /* it may have begun, or was given up; the lease is gone */
	NATIVE_OVERCROWDED, /* nothing has begun; the slot is given up */
	NATIVE_REFUSED, /* nothing has begun; the lease is given back */
	NATIVE_RETIRED, /* the same, and its master takes no session any more */
	NATIVE_NOT_ASKED, /* nothing has begun; the lease is held */
	NATIVE_INTERRUPTED, /* a signal asks for the end */
	/* Nothing has begun or ever will: the master is ended, the lease held. */
	NATIVE_UNANSWERED,
};

/* From the connection to the opened session. */
enum native_opening
native_open(struct course *course, const struct text *request);

/*
 * For a session that was refused, or that the master is of no use for, before
 * it has begun: sets the lease aside where the master has hung, and else gives
 * it back; with --strict, which refuses plain ssh, it is kept.
 */
enum native_opening native_turn_away(struct run *run, bool is_hung);

/*
 * Asks the master whether it is alive, under --probe-timeout. keeps_connection:
 * *fd is the connection then, and the caller's.
 */
enum probe_result native_ask_master(
    const struct run *run, bool keeps_connection, int *fd, pid_t *pid);

/* Gives standard input to error the flags that they had before the request. */
void native_undo_flags(const struct course *course);

/*
 * native_following.c: follows the open session until the master closes the
 * connection; fills in status and trouble.
 */
void native_follow(struct course *course);

/*
 * What signals have asked for, a stop or a look at the window. False where that
 * is the end.
 */
bool native_heed_signals(struct course *course);

/* Stops this process, as ^Z does, with the terminal as it was before. */
void native_stop(struct course *course);

/* Has the far side know the size of the user's window. */
void native_pass_on_window(const struct course *course);

/* native_escape.c: what ssh does for keys behind its escape character. */
void native_prepare_escapes(struct course *course);
bool native_read_escapes(void *course, const unsigned char *input,
    size_t length, unsigned char *output, size_t *made);

/*
 * native_farewell.c: says how the session ended, and gives the lease back.
 */
void native_say_farewell(struct course *course);

/* Whether the session's LogLevel lets a message of that level through. */
bool native_may_say(const struct run *run, enum sshsession_log level);

/* A line in ssh's own words, ended as ssh ends it, in one write. */
void native_say_as_ssh(const char *line);

#endif
