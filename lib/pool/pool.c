#include "pool/pool.h"

#include "platform/platform.h"
#include "namespace/record.h"
#include "pool/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	/* Once in the life of a namespace; canonical names take a while. */
	FIRST_TIMEOUT_MS = 10000,
	/*
	 * On every run, beside the ssh that does it all over again: a Match
	 * exec that is slower than this is asked by plain ssh alone.
	 */
	DYNAMIC_TIMEOUT_MS = 1000,
};

/* What a record says, or ssh -G where there is no record. */
struct verdict {
	bool is_plain;
	bool cannot_hold_sockets;
	unsigned int asks;
	char plain_reason[256];
};

enum pool_status
pool_fail(struct failure *failure)
{
	errno = ENOMEM;
	(void)failure_set(
	    failure, FAILURE_MEMORY, "read", "the command line", NULL);
	return POOL_FAILED;
}

/* A pool that is being opened. */
struct opening {
	struct pool *pool;
	const struct pool_request *request;
	enum resolution_restrictions restrictions;
	struct verdict verdict;
	struct failure *failure;
};

static enum pool_status
be_plain(struct pool *pool, const char *reason)
{
	(void)snprintf(
	    pool->reason_storage, sizeof(pool->reason_storage), "%s", reason);
	pool->plain_reason = pool->reason_storage;
	return POOL_PLAIN;
}

/* Asks ssh -G. With POOL_LEASE resolution_free() is owed. */
static enum pool_status
resolve(const struct opening *opening, struct resolution *resolution)
{
	const struct pool_request *request = opening->request;
	const struct sshconfig *config = &opening->pool->endpoint.config;
	const struct resolution_request question = {
	    .ssh = request->ssh,
	    .home = request->home,
	    .args = request->args,
	    .restrictions = opening->restrictions,
	    .may_have_no_control_path = config->mentions_no_control_path,
	    .timeout_ms =
		config->is_dynamic ? DYNAMIC_TIMEOUT_MS : FIRST_TIMEOUT_MS,
	};
	int result = resolution_get(resolution, &question);

	if (result == 1)
		return be_plain(opening->pool,
		    "ssh rejects the arguments or the configuration");
	if (result == -1) {
		(void)failure_set(opening->failure, FAILURE_SYSTEM,
		    "ask for the configuration", request->ssh, NULL);
		return POOL_FAILED;
	}
	return POOL_LEASE;
}

static void
set_verdict(struct verdict *verdict, const struct record *record)
{
	verdict->is_plain = record->plain_reason != NULL;
	verdict->cannot_hold_sockets = record->cannot_hold_sockets;
	verdict->asks = record->asks;
	(void)snprintf(verdict->plain_reason, sizeof(verdict->plain_reason),
	    "%s", verdict->is_plain ? record->plain_reason : "");
}

/*
 * A namespace whose text was given stands for any command line: what one of
 * them asks of its session is known for those alone that say the same of the
 * connection. That is told by a digest in front of the settings.
 */
static void
tell_apart(const struct pool *pool, const struct pool_request *request,
    char digest[DIGEST_LENGTH + 1])
{
	struct text text;

	digest[0] = '\0';
	if (request->namespace_text == NULL)
		return;
	text_init(&text);
	text_add_bytes(&text, pool->endpoint.shared_text.data,
	    pool->endpoint.shared_text.length);
	text_add(&text, "\n");
	text_add_bytes(&text, pool->endpoint.restrictions_text.data,
	    pool->endpoint.restrictions_text.length);
	if (text_ok(&text))
		digest_base64(text.data, text.length, digest);
	text_free(&text);
}

static void
keep_session(
    struct pool *pool, const struct pool_request *request, const char *session)
{
	char digest[DIGEST_LENGTH + 1];
	size_t length;

	/* Another command line may be another host in the configuration. */
	if (!request->wants_session || session == NULL ||
	    pool->endpoint.config.is_dynamic)
		return;
	tell_apart(pool, request, digest);
	length = strlen(digest);
	if (strncmp(session, digest, length) != 0 || session[length] != '\n')
		return;
	text_add(&pool->session, session + length + 1);
}

/* What ssh -G says of where it leads; *known_hosts is to be freed. */
static void
set_endpoint(struct record *record, const struct resolution *resolution,
    struct text *known_hosts)
{
	record->user = resolution->user;
	record->hostname = resolution->hostname;
	record->port = resolution->port;
	record->jump = resolution->jump;
	record->host_key_alias = resolution->host_key_alias;
	text_init(known_hosts);
	if (resolution->user_known_hosts != NULL)
		text_add(known_hosts, resolution->user_known_hosts);
	if (resolution->global_known_hosts != NULL)
		text_printf(known_hosts, " %s", resolution->global_known_hosts);
	if (text_ok(known_hosts))
		record->known_hosts = known_hosts->data;
}

/* What a record is made of; its strings point in here. */
struct draft {
	struct resolution resolution;
	char machine[PLATFORM_MACHINE_SIZE];
	char made[32];
	struct text session, known_hosts;
};

static void
draft_free(struct draft *draft)
{
	text_free(&draft->session);
	text_free(&draft->known_hosts);
	resolution_free(&draft->resolution);
}

static void
fill_record(struct record *record, struct draft *draft, const struct pool *pool,
    const struct pool_request *request)
{
	time_t now = time(NULL);
	struct tm utc;
	char digest[DIGEST_LENGTH + 1];

	memset(record, 0, sizeof(*record));
	draft->made[0] = '\0';
	if (gmtime_r(&now, &utc) != NULL)
		(void)strftime(draft->made, sizeof(draft->made),
		    "%Y-%m-%dT%H:%M:%SZ", &utc);
	platform_machine(draft->machine);
	record->text = pool->text.data;
	record->destination = request->args->destination;
	set_endpoint(record, &draft->resolution, &draft->known_hosts);
	record->machine = draft->machine;
	record->made = draft->made;
	record->asks = draft->resolution.asks;
	record->plain_reason = draft->resolution.plain_reason;
	tell_apart(pool, request, digest);
	text_init(&draft->session);
	text_printf(
	    &draft->session, "%s\n%s", digest, draft->resolution.session.data);
	if (text_ok(&draft->session))
		record->session = draft->session.data;
}

/*
 * First sight: asks ssh what the configuration wants, tries what the file
 * system can do, and writes both down.
 */
static enum pool_status
make_record(struct opening *opening)
{
	struct pool *pool = opening->pool;
	bool may_write = pool->is_open && !opening->request->look_only;
	struct draft draft;
	struct record record;
	enum pool_status status;
	int can_hold = 1;

	status = resolve(opening, &draft.resolution);
	if (status != POOL_LEASE)
		return status;
	if (may_write)
		can_hold =
		    namespace_can_hold_sockets(&pool->ns, opening->failure);
	if (can_hold == -1) {
		resolution_free(&draft.resolution);
		return POOL_FAILED;
	}
	fill_record(&record, &draft, pool, opening->request);
	keep_session(pool, opening->request, record.session);
	if (can_hold == 0 && record.plain_reason == NULL) {
		record.cannot_hold_sockets = true;
		record.plain_reason = "the file system of the namespace "
				      "cannot bind and link a socket";
	}
	set_verdict(&opening->verdict, &record);
	if (may_write &&
	    record_write(&record, &pool->ns, opening->failure) == -1)
		status = POOL_FAILED;
	draft_free(&draft);
	return status;
}

/* One of an older version lacks what is wanted; it serves where this fails. */
static void
renew_record(struct opening *opening)
{
	struct failure ignored;
	struct opening renewed = *opening;

	renewed.failure = &ignored;
	if (make_record(&renewed) == POOL_LEASE)
		opening->verdict = renewed.verdict;
	opening->pool->plain_reason = NULL;
}

/* Takes the verdict from the record, or makes one. */
static enum pool_status
judge(struct opening *opening)
{
	const struct pool_request *request = opening->request;
	struct pool *pool = opening->pool;
	struct record record;
	bool is_old;

	switch (record_read(
	    &record, &pool->ns, pool->text.data, opening->failure)) {
	case RECORD_FOUND:
		set_verdict(&opening->verdict, &record);
		keep_session(pool, request, record.session);
		is_old = record.session == NULL;
		record_free(&record);
		if (is_old && request->wants_session &&
		    !opening->verdict.is_plain)
			renew_record(opening);
		return POOL_LEASE;
	case RECORD_NONE:
	case RECORD_GARBLED:
		return make_record(opening);
	case RECORD_FAILED:
	default:
		return POOL_FAILED;
	}
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
		return make_record(opening);
	}
	status = judge(opening);
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
	status = resolve(opening, &resolution);
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
		return be_plain(pool, pool->endpoint.plain_reason);
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
	return be_plain(pool, opening.verdict.plain_reason);
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
