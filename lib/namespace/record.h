/*
 * NS/endpoint: what a hashed namespace folder stands for, and whether its
 * connections may be leased. "key: value" lines, values escaped as text.h
 * does it; keys that are not known are left alone, so that a newer version
 * may write more.
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
	/* What the host key is known by, as ssh -G prints both; null: unknown. */
	const char *host_key_alias, *known_hosts;
	/*
	 * A digest of the endpoint that a given text was first used for; null
	 * where the text was derived, or the record is of an older version.
	 */
	const char *bound;
	const char *machine; /* the host name of who made it */
	const char *made; /* when, as 2006-01-02T15:04:05Z */
	const char *plain_reason; /* policy plain and why; null: lease */
	bool cannot_hold_sockets; /* the reason is the file system */
	unsigned int asks; /* CARRIES_ bits */
	/* What the strings point into, after record_read(). */
	struct smallfile file;
};

enum record_status {
	RECORD_FOUND,
	RECORD_NONE,
	RECORD_GARBLED, /* to be made anew */
	RECORD_FAILED, /* *failure says why; not to be replaced */
};

/*
 * Reads the record of the namespace; with FOUND record_free() is owed. One
 * whose text is not expected_text (unless null) is garbled.
 */
enum record_status
record_read(struct record *record, const struct namespace *ns,
    const char *expected_text, struct failure *failure);
void record_free(struct record *record);

/*
 * Whether the namespace was made on a machine of another name. Homes are
 * shared between machines, masters and their sockets are not: nothing can be
 * known of them here.
 */
bool record_is_of_another_machine(const struct record *record);

/* Whether that is the temporary name of a record that is being written. */
bool record_is_temporary_name(const char *name);

/*
 * Writes the record to a temporary name and renames it into place. 0, or -1
 * with *failure and nothing left behind.
 */
int record_write(const struct record *record, const struct namespace *ns,
    struct failure *failure);

#endif
