/*
 * The masters on this machine, found by their titles and command lines. No
 * process is disturbed.
 */
#ifndef MASTERS_H
#define MASTERS_H

#include <stdbool.h>
#include <sys/types.h>

/* All background masters at one moment. */
struct masters;

/* Returns null with errno. If processes are hidden, it has no masters. */
struct masters *masters_take(void);
void masters_free(struct masters *masters);

/* The facts about a master that are visible from outside. */
struct master {
	char *path; /* its control path */
	pid_t pid;
	bool is_stopped; /* it cannot answer */
	int persist_secs; /* its ControlPersist time; -1: not known */
};

/* The master with this control path, or null. */
const struct master *
masters_find(const struct masters *masters, const char *socket_path);

/*
 * Whether a process of this user or root, other than a master, has this text on
 * its command line. Allocates nothing.
 */
bool masters_others_name(const char *text);

/* The same, with masters, and logins that lead to one. */
bool masters_or_others_name(const char *text);

#endif
