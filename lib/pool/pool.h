/*
 * Opens the namespace of a command line: the text, the folder, the record, and
 * the decision: plain or lease.
 */
#ifndef POOL_H
#define POOL_H

#include "pool/endpoint.h"
#include "namespace/failure.h"
#include "namespace/namespace.h"
#include "ssh/sshargs.h"
#include "base/text.h"

#include <stdint.h>

struct pool_request {
	const char *ssh; /* path of the real ssh */
	const char *home; /* what ssh takes "~" for */
	const char *root; /* the folder of all namespaces */
	const char *namespace_text; /* to be used as it is, or null: derived */
	const struct sshargs *args; /* with status SSHARGS_OK */
	size_t command_size; /* bytes of the command that is to be run */
	int slots; /* sessions that may share one master; 1: none */
	bool look_only; /* make and write nothing */
	bool wants_session; /* what it asks of sessions is to be known */
};

enum pool_status {
	POOL_LEASE,
	POOL_PLAIN, /* plain_reason says why a lease would be wrong */
	POOL_FAILED, /* *failure says why it could not be had */
};

enum {
	POOL_PERSIST_UNSET = 0, /* also where it is not known */
	POOL_PERSIST_FOR_EVER = -1,
};

struct pool {
	const char *plain_reason; /* perhaps in reason_storage */
	char reason_storage[256];
	struct endpoint endpoint;
	struct text text; /* the namespace text */
	char storage[1024]; /* where it begins */
	char name[DIGEST_LENGTH + 1]; /* its folder below the root */
	struct namespace ns;
	bool is_open; /* ns is (with look_only it may not exist) */
	/*
	 * A file of the login has a relative path, so the master starts in the
	 * working directory.
	 */
	bool needs_folder;
	/*
	 * It is new, and most likely nobody comes again for it: it goes by a
	 * key that was made just now, or by a socket that is forwarded.
	 */
	bool is_passing;
	/* ControlPersist of the configuration: seconds, or one of these. */
	int persist_secs;
	uint64_t valid_until; /* when the first certificate ends (sshkey.h) */
	/*
	 * The settings of a session (sshsession.h) if they were wanted and are
	 * known; otherwise empty.
	 */
	struct text session;
	char session_storage[512];
	/* With look_only: user@host:port, as ssh resolves them; or empty. */
	struct text label;
	struct namespace_root root;
};

/* The caller calls pool_close() after POOL_LEASE and POOL_PLAIN. */
enum pool_status pool_open(struct pool *pool,
    const struct pool_request *request, struct failure *failure);
void pool_close(struct pool *pool);

/* Sets *failure to a lack of memory and returns POOL_FAILED. */
enum pool_status pool_fail(struct failure *failure);

#endif
