/*
 * The gate limits the number of logins of this user to one server at once, and
 * orders those that wait. It consists of locks on small files in a folder below
 * ROOT, so a killed process blocks no other.
 *
 * The process that has locked a place logs in. The name of a ticket tells when
 * its owner came. Only the owner of the first ticket looks for a place. A place
 * that is held for long, for example while a person types a code, admits one
 * more login. A ticket with a stopped owner is skipped.
 */
#ifndef GATE_H
#define GATE_H

#include "namespace/namespace.h"

#include <stdbool.h>
#include <stdint.h>

/* Names of tickets and places have one length. */
enum { GATE_NAME_SIZE = 18 };

struct gate {
	uid_t owner;
	int root_fd; /* the root's */
	int folder_fd; /* -1: there is no gate */
	int ticket_fd, place_fd; /* -1: none */
	int ahead_fd; /* the ticket before ours; -1: not known */
	int limit;
	int share; /* so many runs are served by one login */
	int64_t needed_since_us; /* one more login */
	int64_t beat_us; /* when the ticket was last touched */
	int64_t deadline_us; /* then the login goes ahead anyway */
	char folder[32];
	char ticket[GATE_NAME_SIZE], place[GATE_NAME_SIZE];
};

/* A gate that this process has not entered. */
#define GATE_NONE \
	{ \
		.folder_fd = -1, .ticket_fd = -1, .place_fd = -1, \
		.ahead_fd = -1 \
	}

/*
 * Makes a ticket for a login to this address, with at most limit logins at
 * once. If one login serves share waiting runs, no more logins begin than are
 * needed. If it fails, there is no gate, and gate_pass() admits every login.
 * The caller calls gate_leave().
 */
void gate_enter(struct gate *gate, const struct namespace_root *root,
    const char *address, int limit, int share);

/*
 * Whether the login may begin now. Does not wait. *pause_us is the time until
 * the next call.
 */
bool gate_pass(struct gate *gate, int *pause_us);

/*
 * Steps aside to try without a login. This run does not count among the waiting
 * ones, and keeps its turn.
 */
void gate_step_aside(struct gate *gate);
void gate_step_back(struct gate *gate);

/* The login has ended, or is not needed any more. */
void gate_leave(struct gate *gate);

/*
 * Whether this is the name of a folder of a gate. Removes it if no process is
 * in it. Returns 1 if it was removed, 0 if not, -1 with errno. With dry_run it
 * stays and counts as removed.
 */
bool gate_is_folder_name(const char *name);
int
gate_sweep(const struct namespace_root *root, const char *name, bool dry_run);

#endif
