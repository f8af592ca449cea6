/*
 * The answer of ssh -G to a command line. It is kept below the root as
 * ROOT/.answer.NAME. NAME is a digest of everything on which it depends. If it
 * depends on more than text, ssh is asked in each run.
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
	 * The answer depends only on its shared text, unless its configuration
	 * is dynamic. A dynamic answer is not kept.
	 */
	const struct endpoint *endpoint;
	bool look_only; /* nothing is written */
	struct resolve_request asking;
};

struct answer {
	struct resolution said;
	/* All lines of ssh, if it was asked in this run; otherwise empty. */
	char digest[DIGEST_LENGTH + 1];
	struct text lines; /* as it was asked, or unsealed */
	struct smallfile file; /* as it was kept */
};

/*
 * Gets the answer. Returns 0, and the caller calls answer_free(); 1 if ssh
 * rejects the command line or the configuration; -1 with errno if ssh could not
 * be asked.
 */
int answer_get(struct answer *answer, const struct answer_request *request);
void answer_free(struct answer *answer);

/* How long an answer is valid. Another version of ssh may have another one. */
enum { ANSWER_KEPT_SECS = 24 * 3600 };

/* Whether a file below the root is a kept or unfinished answer. */
bool answer_is_name(const char *name);

#endif
