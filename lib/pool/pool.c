#include "pool/pool.h"

#include "pool/opening.h"
#include "ssh/sshkey.h"
#include "namespace/counters.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

enum { COUNT_PATIENCE_MS = 100, NEW_KEY_SECS = 60 };

enum pool_status
pool_fail(struct failure *failure)
{
	errno = ENOMEM;
	(void)failure_set(
	    failure, FAILURE_MEMORY, "read", "the command line", NULL);
	return POOL_FAILED;
}

/* Opens the namespace of pool->text, and reads its record. */
static enum pool_status
enter(struct opening *opening)
{
	struct pool *pool = opening->pool;
	struct failure *failure = opening->failure;
	bool look_only = opening->request->look_only;

	/* Runs that share masters and runs that do not have separate pools. */
	if (opening->request->slots > 1)
		text_printf(&pool->text, "%sslots: %d\n",
		    opening->request->namespace_text != NULL ? "\n" : "",
		    opening->request->slots);
	if (!text_ok(&pool->text) || !text_ok(&pool->session))
		return pool_fail(failure);
	if (namespace_name(&pool->root, pool->text.data, pool->text.length,
		pool->name, failure) == -1)
		return POOL_FAILED;
	pool->is_open = pool->root.fd != -1 &&
	    namespace_open(&pool->ns, &pool->root, pool->name,
		look_only ? NAMESPACE_ENTER : NAMESPACE_MAKE, failure) == 0;
	/* Just looking: what is not there yet can still be spoken of. */
	if (!pool->is_open &&
	    (!look_only ||
		(pool->root.fd != -1 &&
		    (failure->kind != FAILURE_SYSTEM ||
			failure->error != ENOENT))))
		return POOL_FAILED;
	pool->ns.slots = opening->request->slots;
	pool->ns.sessions = -1;
	return opening_read_record(opening);
}

/* Whether a -i names a key that was made just now. */
static bool
names_new_key(const struct sshargs *args)
{
	struct stat st;
	size_t i;

	for (i = 0; i < args->option_count; i++)
		if (args->options[i].flag == 'i' &&
		    stat(args->options[i].value, &st) == 0 &&
		    time(NULL) - st.st_mtim.tv_sec < NEW_KEY_SECS)
			return true;
	return false;
}

/* The pool of the command line and everything on which it depends. */
static enum pool_status
open_derived(struct opening *opening)
{
	enum pool_status status = opening_ask(opening);

	if (status == POOL_LEASE)
		status = opening_compose(opening);
	if (status == POOL_LEASE)
		status = enter(opening);
	if (status == POOL_LEASE && !opening->has_record)
		status = opening_make_record(opening);
	opening->pool->is_passing = status == POOL_LEASE &&
	    !opening->has_record &&
	    (opening->names_socket || names_new_key(opening->request->args));
	return status;
}

/*
 * The pool of a given text. The first run made its record. The answer of ssh is
 * for the session only, and may be missing.
 */
static enum pool_status
open_given(struct opening *opening)
{
	struct pool *pool = opening->pool;
	struct failure ignored, *failure = opening->failure;
	enum pool_status status;

	text_add(&pool->text, opening->request->namespace_text);
	pool->needs_folder = pool->endpoint.config.is_dynamic ||
	    pool->endpoint.config.depends_on_folder ||
	    pool->endpoint.config.names_key_from_folder ||
	    pool->endpoint.config.names_program;
	status = enter(opening);
	if (status != POOL_LEASE)
		return status;
	if (!opening->has_record) {
		status = opening_ask(opening);
		return status == POOL_LEASE ? opening_make_record(opening)
					    : status;
	}
	if (opening->request->wants_session) {
		opening->failure = &ignored;
		(void)opening_ask(opening);
		opening->failure = failure;
		pool->plain_reason = NULL;
	}
	return status;
}

static int
open_root(struct pool *pool, const struct pool_request *request,
    struct failure *failure)
{
	if (namespace_root_open(
		&pool->root, request->root, !request->look_only, failure) == 0)
		return 0;
	/* Just looking: what is not there yet can still be spoken of. */
	if (request->look_only && failure->kind == FAILURE_SYSTEM &&
	    failure->error == ENOENT)
		return 0;
	return -1;
}

/* A run whose namespace says that it is plain. */
static void
count_plain(const struct namespace *ns)
{
	const struct counters_run run = {.kind = COUNTER_PLAIN_ASKED};

	(void)counters_add(ns, &run, COUNT_PATIENCE_MS);
}

enum pool_status
pool_open(struct pool *pool, const struct pool_request *request,
    struct failure *failure)
{
	struct opening opening;
	const struct endpoint_origin origin = {
	    .ssh = request->ssh, .home = request->home};
	enum pool_status status;
	char folder[NAMESPACE_PATH_MAX + 1];

	pool->root.fd = -1;
	pool->needs_folder = false;
	pool->valid_until = SSHKEY_FOR_EVER;
	pool->persist_secs = POOL_PERSIST_UNSET;
	text_init_in(&pool->session, pool->session_storage,
	    sizeof(pool->session_storage));
	text_init(&pool->label);
	text_init_in(&pool->text, pool->storage, sizeof(pool->storage));
	if (endpoint_describe(&pool->endpoint, request->args, &origin) == -1)
		return pool_fail(failure);
	if (pool->endpoint.plain_reason != NULL)
		return opening_be_plain(pool, pool->endpoint.plain_reason);
	if (open_root(pool, request, failure) == -1)
		return POOL_FAILED;
	opening.pool = pool;
	opening.request = request;
	opening.has_answer = opening.has_record = false;
	opening.names_socket = false;
	pool->is_passing = false;
	opening.cannot_hold_sockets = false;
	opening.failure = failure;
	status = request->namespace_text != NULL ? open_given(&opening)
						 : open_derived(&opening);
	if (status == POOL_LEASE && opening_is_too_large(&opening))
		status = opening_be_plain(
		    pool, "command and environment are too much for a master");
	if (opening.has_answer)
		answer_free(&opening.answer);
	if (status != POOL_LEASE && pool->is_open) {
		if (status == POOL_PLAIN && !request->look_only)
			count_plain(&pool->ns);
		namespace_close(&pool->ns);
		pool->is_open = false;
	}
	if (status != POOL_LEASE || !opening.cannot_hold_sockets)
		return status;
	namespace_path(&pool->root, pool->name, folder);
	(void)failure_set(failure, FAILURE_NO_SOCKETS, "use", folder, NULL);
	return POOL_FAILED;
}

void
pool_close(struct pool *pool)
{
	if (pool->is_open)
		namespace_close(&pool->ns);
	pool->is_open = false;
	namespace_root_close(&pool->root);
	text_free(&pool->text);
	text_free(&pool->session);
	text_free(&pool->label);
	endpoint_free(&pool->endpoint);
}
