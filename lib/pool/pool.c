#include "pool/pool.h"

#include "pool/opening.h"

#include <errno.h>

enum pool_status
pool_fail(struct failure *failure)
{
	errno = ENOMEM;
	(void)failure_set(
	    failure, FAILURE_MEMORY, "read", "the command line", NULL);
	return POOL_FAILED;
}

/* Opens the namespace of pool->text and gets its verdict. */
static enum pool_status
enter(struct opening *opening)
{
	struct pool *pool = opening->pool;
	struct failure *failure = opening->failure;
	bool look_only = opening->request->look_only;
	enum pool_status status;

	if (!text_ok(&pool->text))
		return pool_fail(failure);
	if (namespace_name(&pool->root, pool->text.data, pool->text.length,
		pool->name, failure) == -1)
		return POOL_FAILED;
	pool->is_open = pool->root.fd != -1 &&
	    namespace_open(&pool->ns, &pool->root, pool->name,
		look_only ? NAMESPACE_ENTER : NAMESPACE_MAKE, failure) == 0;
	if (!pool->is_open) {
		if (!look_only ||
		    (pool->root.fd != -1 &&
			(failure->kind != FAILURE_SYSTEM ||
			    failure->error != ENOENT)))
			return POOL_FAILED;
		return opening_make_record(opening);
	}
	status = opening_judge(opening);
	if (status != POOL_LEASE) {
		namespace_close(&pool->ns);
		pool->is_open = false;
	}
	return status;
}

/*
 * The whole text of the shared pool: what the command line says and, where
 * the configuration asks for more than text can tell, what ssh makes of it.
 */
static enum pool_status
compose_text(const struct opening *opening)
{
	struct pool *pool = opening->pool;
	struct resolution resolution;
	enum pool_status status;

	if (opening->request->namespace_text != NULL) {
		text_add(&pool->text, opening->request->namespace_text);
		return POOL_LEASE;
	}
	text_add_bytes(&pool->text, pool->endpoint.shared_text.data,
	    pool->endpoint.shared_text.length);
	if (!pool->endpoint.config.is_dynamic)
		return POOL_LEASE;
	status = opening_resolve(opening, &resolution);
	if (status != POOL_LEASE)
		return status;
	text_add_line(&pool->text, "resolved", resolution.digest);
	resolution_free(&resolution);
	return POOL_LEASE;
}

/*
 * Enters the shared pool; or the pool of these restrictions, where the
 * configuration asks for what they refuse. Most configurations ask for
 * nothing of the kind: then scp and its like, which bring such options, share.
 */
static enum pool_status
choose(struct opening *opening)
{
	struct pool *pool = opening->pool;
	enum pool_status status = compose_text(opening);

	if (status == POOL_LEASE)
		status = enter(opening);
	if (status != POOL_LEASE || opening->request->namespace_text != NULL ||
	    (opening->verdict.asks & pool->endpoint.restrictions) == 0)
		return status;
	text_add_bytes(&pool->text, pool->endpoint.restrictions_text.data,
	    pool->endpoint.restrictions_text.length);
	if (pool->is_open)
		namespace_close(&pool->ns);
	text_free(&pool->session);
	opening->restrictions = RESOLUTION_WITH_RESTRICTIONS;
	return enter(opening);
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

enum pool_status
pool_open(struct pool *pool, const struct pool_request *request,
    struct failure *failure)
{
	struct opening opening = {
	    .pool = pool,
	    .request = request,
	    .restrictions = RESOLUTION_WITHOUT_RESTRICTIONS,
	    .failure = failure,
	};
	const struct endpoint_origin origin = {
	    .ssh = request->ssh, .home = request->home};
	enum pool_status status;
	char folder[NAMESPACE_PATH_MAX + 1];

	pool->root.fd = -1;
	text_init_in(&pool->session, pool->session_storage,
	    sizeof(pool->session_storage));
	text_init_in(&pool->text, pool->storage, sizeof(pool->storage));
	if (endpoint_describe(&pool->endpoint, request->args, &origin) == -1)
		return pool_fail(failure);
	if (pool->endpoint.plain_reason != NULL)
		return opening_be_plain(pool, pool->endpoint.plain_reason);
	if (open_root(pool, request, failure) == -1)
		return POOL_FAILED;
	status = choose(&opening);
	if (status != POOL_LEASE || !opening.verdict.is_plain)
		return status;
	if (opening.verdict.cannot_hold_sockets) {
		namespace_path(&pool->root, pool->name, folder);
		(void)failure_set(
		    failure, FAILURE_NO_SOCKETS, "use", folder, NULL);
		return POOL_FAILED;
	}
	return opening_be_plain(pool, opening.verdict.plain_reason);
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
	endpoint_free(&pool->endpoint);
}
