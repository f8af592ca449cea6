/*
 * The masters among the processes of this machine, told by their titles and
 * command lines, without touching any of them.
 */
#ifndef MASTERS_H
#define MASTERS_H

#include <stdbool.h>
#include <sys/types.h>

/* The background masters of one moment. Taken once and asked often. */
struct masters;

/* Null with errno; where processes cannot be seen, it knows of no master. */
struct masters *masters_take(void);
void masters_free(struct masters *masters);

/* What can be seen of a master from outside. */
struct master {
	char *path; /* its control path */
	pid_t pid;
	bool is_stopped; /* it cannot answer */
	int persist_secs; /* its ControlPersist time; -1: not known */
};

/* The master with that control path; null where there is none to be seen. */
const struct master *
masters_find(const struct masters *masters, const char *socket_path);

/*
 * Whether any process of this user's, or of root's, but a master has that text
 * on its command line. Needs no allocation.
 */
bool masters_others_name(const char *text);

/* The same, masters, and logins that lead to one, included. */
bool masters_or_others_name(const char *text);

#endif
