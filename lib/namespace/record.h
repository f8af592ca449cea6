/*
 * NS/endpoint: the endpoint of a namespace, and whether its connections can be
 * leased. It has lines "key: value", with values escaped by text.h. Unknown
 * keys are ignored, so a newer version can write more.
 */
#ifndef RECORD_H
#define RECORD_H

#include "namespace/failure.h"
#include "namespace/namespace.h"
#include "namespace/smallfile.h"

struct record {
	const char *text; /* the namespace text */
	const char *destination; /* as typed */
	const char *user, *hostname, *port; /* as ssh resolved them */
	const char
	    *jump; /* by what, and its digest; null: a direct connection */
	/* The name and files of the host key, by ssh -G; null: unknown. */
	const char *host_key_alias, *known_hosts;
	/*
	 * A digest of the endpoint for which a given text was first used. Null
	 * if the text was derived, or the record is of an older version.
	 */
	const char *bound;
	const char *machine; /* the host name of who made it */
	const char *made; /* when, as 2006-01-02T15:04:05Z */
	const char *plain_reason; /* policy plain and why; null: lease */
	bool cannot_hold_sockets; /* the reason is the file system */
	/* A digest of the sandbox in which that was tried; null: not known. */
	const char *sandbox;
	unsigned int asks; /* CARRIES_ bits */
	/*
	 * How many sessions the server was found to open over one connection,
	 * and until when that counts, in seconds since 1970; -1 and 0: it has
	 * refused none. With 0 sessions plain_reason says so.
	 */
	int sessions;
	long long sessions_until;
	/* The storage of the strings, after record_read(). */
	struct smallfile file;
};

enum record_status {
	RECORD_FOUND,
	RECORD_NONE,
	RECORD_GARBLED, /* to be made anew */
	RECORD_FAILED, /* *failure says why; not to be replaced */
};

/*
 * Reads the record of the namespace. After FOUND the caller calls
 * record_free(). It is malformed if its text is not expected_text (unless
 * null).
 */
enum record_status
record_read(struct record *record, const struct namespace *ns,
    const char *expected_text, struct failure *failure);
void record_free(struct record *record);

/*
 * Whether a machine of another name made the namespace. Machines share homes,
 * but not masters and sockets, so nothing about them is known here.
 */
bool record_is_of_another_machine(const struct record *record);

/* Whether this is the temporary name of a record. */
bool record_is_temporary_name(const char *name);

/*
 * Writes the record to a temporary name and renames it. Returns 0, or -1 with
 * *failure, and leaves no file then.
 */
int record_write(const struct record *record, const struct namespace *ns,
    struct failure *failure);

/*
 * Notes for a day that the server opens no more sessions than that over one
 * connection; a smaller number that is noted stays. What cannot be noted is not.
 */
void record_note_sessions(const struct namespace *ns, int sessions);

/* What is noted now, or -1. */
int record_sessions(const struct namespace *ns);

#endif
