#include "pool/opening.h"

#include "namespace/record.h"
#include "pool/binding.h"
#include "platform/platform.h"

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

enum pool_status
opening_be_plain(struct pool *pool, const char *reason)
{
	(void)snprintf(
	    pool->reason_storage, sizeof(pool->reason_storage), "%s", reason);
	pool->plain_reason = pool->reason_storage;
	return POOL_PLAIN;
}

enum pool_status
opening_resolve(const struct opening *opening, struct resolution *resolution)
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
		return opening_be_plain(opening->pool,
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
	char bound[DIGEST_LENGTH + 1];
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
	binding_digest(&pool->endpoint, request->args, draft->bound);
	if (request->namespace_text != NULL)
		record->bound = draft->bound;
	record->asks = draft->resolution.asks;
	record->plain_reason = draft->resolution.plain_reason;
	tell_apart(pool, request, digest);
	text_init(&draft->session);
	text_printf(
	    &draft->session, "%s\n%s", digest, draft->resolution.session.data);
	if (text_ok(&draft->session))
		record->session = draft->session.data;
}

enum pool_status
opening_make_record(struct opening *opening)
{
	struct pool *pool = opening->pool;
	bool may_write = pool->is_open && !opening->request->look_only;
	struct draft draft;
	struct record record;
	enum pool_status status;
	int can_hold = 1;

	status = opening_resolve(opening, &draft.resolution);
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
	if (opening_make_record(&renewed) == POOL_LEASE)
		opening->verdict = renewed.verdict;
	opening->pool->plain_reason = NULL;
}

static bool
is_bound_elsewhere(const struct opening *opening, const struct record *record)
{
	char digest[DIGEST_LENGTH + 1];

	if (opening->request->namespace_text == NULL || record->bound == NULL)
		return false;
	binding_digest(
	    &opening->pool->endpoint, opening->request->args, digest);
	return strcmp(digest, record->bound) != 0;
}

enum pool_status
opening_judge(struct opening *opening)
{
	const struct pool_request *request = opening->request;
	struct pool *pool = opening->pool;
	struct record record;
	bool is_old;

	switch (record_read(
	    &record, &pool->ns, pool->text.data, opening->failure)) {
	case RECORD_FOUND:
		if (is_bound_elsewhere(opening, &record)) {
			record_free(&record);
			(void)failure_set(opening->failure, FAILURE_BOUND,
			    "use", pool->ns.path, NULL);
			return POOL_FAILED;
		}
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
		return opening_make_record(opening);
	case RECORD_FAILED:
	default:
		return POOL_FAILED;
	}
}
