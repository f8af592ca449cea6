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

static enum pool_status
be_plain(struct pool *pool, const char *reason)
{
	static char kept[256];

	(void)snprintf(kept, sizeof(kept), "%s", reason);
	pool->plain_reason = kept;
	return POOL_PLAIN;
}

static enum pool_status
resolve(const struct pool *pool, const struct pool_request *request,
    bool leave_taking_out, struct resolution *resolution,
    struct failure *failure)
{
	const struct resolution_request question = {
	    .ssh = request->ssh,
	    .home = request->home,
	    .args = request->args,
	    .leave_taking_out = leave_taking_out,
	    .may_have_no_control_path =
		pool->endpoint.config.mentions_no_control_path,
	    .timeout_ms = pool->endpoint.config.is_dynamic ? DYNAMIC_TIMEOUT_MS
							   : FIRST_TIMEOUT_MS,
	};
	int result = resolution_get(resolution, &question);

	if (result == 1)
		return POOL_PLAIN;
	if (result == -1) {
		(void)failure_set(failure, FAILURE_SYSTEM,
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
	text_add_bytes(&text, pool->endpoint.without_taking.data,
	    pool->endpoint.without_taking.length);
	text_add(&text, "\n");
	text_add_bytes(
	    &text, pool->endpoint.taking.data, pool->endpoint.taking.length);
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

/*
 * First sight: asks ssh what the configuration wants, tries what the file
 * system can do, and writes both down.
 */
static enum pool_status
make_record(struct pool *pool, const struct pool_request *request,
    bool leave_taking_out, struct verdict *verdict, struct failure *failure)
{
	struct resolution resolution;
	struct record record = {0};
	enum pool_status status;
	time_t now = time(NULL);
	struct tm utc;
	char made[32] = "", machine[PLATFORM_MACHINE_SIZE];
	char digest[DIGEST_LENGTH + 1];
	struct text session, known_hosts;
	int can_hold = 1;

	status = resolve(pool, request, leave_taking_out, &resolution, failure);
	if (status == POOL_PLAIN)
		return be_plain(pool,
		    "ssh rejects the arguments or the "
		    "configuration");
	if (status == POOL_FAILED)
		return status;
	if (pool->is_open && !request->look_only)
		can_hold = namespace_can_hold_sockets(&pool->ns, failure);
	if (can_hold == -1) {
		resolution_free(&resolution);
		return POOL_FAILED;
	}
	if (gmtime_r(&now, &utc) != NULL)
		(void)strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", &utc);
	record.text = pool->text.data;
	record.destination = request->args->destination;
	set_endpoint(&record, &resolution, &known_hosts);
	platform_machine(machine);
	record.machine = machine;
	record.made = made;
	record.asks = resolution.asks;
	record.plain_reason = resolution.plain_reason;
	tell_apart(pool, request, digest);
	text_init(&session);
	text_printf(&session, "%s\n%s", digest, resolution.session.data);
	record.session = text_ok(&session) ? session.data : NULL;
	keep_session(pool, request, record.session);
	if (can_hold == 0 && record.plain_reason == NULL) {
		record.cannot_hold_sockets = true;
		record.plain_reason = "the file system of the namespace "
				      "cannot bind and link a socket";
	}
	set_verdict(verdict, &record);
	status = POOL_LEASE;
	if (pool->is_open && !request->look_only &&
	    record_write(&record, &pool->ns, failure) == -1)
		status = POOL_FAILED;
	text_free(&session);
	text_free(&known_hosts);
	resolution_free(&resolution);
	return status;
}

/* One of an older version lacks what is wanted; it serves where this fails. */
static void
renew_record(struct pool *pool, const struct pool_request *request,
    bool leave_taking_out, struct verdict *verdict)
{
	struct verdict renewed;
	struct failure ignored;

	if (make_record(pool, request, leave_taking_out, &renewed, &ignored) ==
	    POOL_LEASE)
		*verdict = renewed;
	pool->plain_reason = NULL;
}

/* Opens the namespace of pool->text and gets its verdict. */
static enum pool_status
enter(struct pool *pool, const struct pool_request *request,
    bool leave_taking_out, struct verdict *verdict, struct failure *failure)
{
	struct record record;
	enum pool_status status;
	bool is_old;

	if (!text_ok(&pool->text))
		return pool_fail(failure);
	if (namespace_name(&pool->root, pool->text.data, pool->text.length,
		pool->name, failure) == -1)
		return POOL_FAILED;
	pool->is_open = pool->root.fd != -1 &&
	    namespace_open(&pool->ns, &pool->root, pool->name,
		request->look_only ? NAMESPACE_ENTER : NAMESPACE_MAKE,
		failure) == 0;
	if (!pool->is_open) {
		if (!request->look_only ||
		    (pool->root.fd != -1 &&
			(failure->kind != FAILURE_SYSTEM ||
			    failure->error != ENOENT)))
			return POOL_FAILED;
		return make_record(
		    pool, request, leave_taking_out, verdict, failure);
	}
	switch (record_read(&record, &pool->ns, pool->text.data, failure)) {
	case RECORD_FOUND:
		set_verdict(verdict, &record);
		keep_session(pool, request, record.session);
		is_old = record.session == NULL;
		record_free(&record);
		if (is_old && request->wants_session && !verdict->is_plain)
			renew_record(pool, request, leave_taking_out, verdict);
		return POOL_LEASE;
	case RECORD_NONE:
	case RECORD_GARBLED:
		status = make_record(
		    pool, request, leave_taking_out, verdict, failure);
		break;
	case RECORD_FAILED:
	default:
		status = POOL_FAILED;
		break;
	}
	if (status == POOL_LEASE)
		return status;
	namespace_close(&pool->ns);
	pool->is_open = false;
	return status;
}

/*
 * The whole text of the shared pool: what the command line says and, where
 * the configuration asks for more than text can tell, what ssh makes of it.
 */
static enum pool_status
compose_text(struct pool *pool, const struct pool_request *request,
    struct failure *failure)
{
	struct resolution resolution;
	enum pool_status status;

	if (request->namespace_text != NULL) {
		text_add(&pool->text, request->namespace_text);
		return POOL_LEASE;
	}
	text_add_bytes(&pool->text, pool->endpoint.without_taking.data,
	    pool->endpoint.without_taking.length);
	if (!pool->endpoint.config.is_dynamic)
		return POOL_LEASE;
	status = resolve(pool, request, true, &resolution, failure);
	if (status == POOL_PLAIN)
		return be_plain(pool,
		    "ssh rejects the arguments or the "
		    "configuration");
	if (status == POOL_FAILED)
		return status;
	text_add_line(&pool->text, "resolved", resolution.digest);
	resolution_free(&resolution);
	return POOL_LEASE;
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
	struct verdict verdict;
	enum pool_status status;
	char folder[NAMESPACE_PATH_MAX + 1];

	pool->root.fd = -1;
	text_init_in(&pool->session, pool->session_storage,
	    sizeof(pool->session_storage));
	text_init_in(&pool->text, pool->storage, sizeof(pool->storage));
	if (endpoint_describe(&pool->endpoint, request->args,
		&(const struct endpoint_origin){
		    .ssh = request->ssh, .home = request->home}) == -1)
		return pool_fail(failure);
	if (pool->endpoint.plain_reason != NULL)
		return be_plain(pool, pool->endpoint.plain_reason);
	if (open_root(pool, request, failure) == -1)
		return POOL_FAILED;
	status = compose_text(pool, request, failure);
	if (status == POOL_LEASE)
		status = enter(pool, request, true, &verdict, failure);
	if (status != POOL_LEASE)
		return status;

	/*
	 * scp and its like take away agent and forwardings. Where the
	 * configuration asks for none of these, that makes no difference and
	 * they share; where it does, they get a pool of their own.
	 */
	if ((verdict.asks & pool->endpoint.takes_away) != 0 &&
	    request->namespace_text == NULL) {
		text_add_bytes(&pool->text, pool->endpoint.taking.data,
		    pool->endpoint.taking.length);
		if (pool->is_open)
			namespace_close(&pool->ns);
		text_free(&pool->session);
		status = enter(pool, request, false, &verdict, failure);
		if (status != POOL_LEASE)
			return status;
	}
	if (verdict.is_plain && verdict.cannot_hold_sockets) {
		namespace_path(&pool->root, pool->name, folder);
		(void)failure_set(
		    failure, FAILURE_NO_SOCKETS, "use", folder, NULL);
		return POOL_FAILED;
	}
	if (verdict.is_plain)
		return be_plain(pool, verdict.plain_reason);
	return POOL_LEASE;
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
