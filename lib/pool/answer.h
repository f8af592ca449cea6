/*
 * The answer of ssh -G to a command line, asked once and kept below the root:
 * ROOT/.answer.NAME, where NAME is made of all that the answer depends on. An
 * answer that depends on more than text is asked for in each run.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "base/text.h"
#include "namespace/failure.h"
#include "namespace/namespace.h"
#include "namespace/smallfile.h"
#include "pool/endpoint.h"
#include "pool/resolution.h"
#include "pool/resolve.h"

#include <stdbool.h>

struct answer_request {
	const struct namespace_root *root; /* its fd may be -1: nothing kept */
	/*
	 * Its shared text is all that the answer depends on, unless its
	 * configuration is dynamic: then nothing is kept.
	 */
	const struct endpoint *endpoint;
	bool look_only; /* nothing is written */
	struct resolve_request asking;
};

struct answer {
	struct resolution said;
	/* Of all that ssh said, where it was asked in this run; else empty. */
	char digest[DIGEST_LENGTH + 1];
	struct text lines; /* as it was asked, or unsealed */
	struct smallfile file; /* as it was kept */
};

/*
 * Gets the answer. 0 and answer_free() is owed; 1 where ssh rejects the command
 * line or the configuration; -1 with errno where ssh could not be asked.
 */
int answer_get(struct answer *answer, const struct answer_request *request);
void answer_free(struct answer *answer);

/*
 * For how long an answer is believed: another version of ssh, for one, may have
 * another one.
 */
enum { ANSWER_KEPT_SECS = 24 * 3600 };

/* Whether a file below the root is a kept answer, or one being written. */
bool answer_is_name(const char *name);

#endif
