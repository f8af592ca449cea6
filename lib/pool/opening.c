#include "pool/opening.h"

#include "base/facts.h"
#include "base/duration.h"
#include "namespace/catalogue.h"
#include "namespace/record.h"
#include "pool/binding.h"
#include "platform/platform.h"
#include "pool/origin.h"
#include "pool/way.h"
#include "ssh/sshkey.h"
#include "ssh/sshreference.h"
#include "ssh/sshsettings.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	VERDICT_SECS = 24 * 3600,
	SENT_MAX = 250000, /* bytes; some are needed for all else */
	/* Once a day. */
	FIRST_TIMEOUT_MS = 10000,
	/*
	 * In each run, before ssh does it again. A slower Match exec makes the
	 * run plain.
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

static int
timeout_ms(const struct opening *opening)
{
	return opening->pool->endpoint.config.is_dynamic ? DYNAMIC_TIMEOUT_MS
							 : FIRST_TIMEOUT_MS;
}

bool
opening_is_too_large(const struct opening *opening)
{
	const char *settings =
	    opening->has_answer ? opening->answer.said.pairs : NULL;
	size_t size = opening->request->command_size;

	/* Hardly ever is all of it too much. */
	return size + sshsettings_variables_size(NULL) > SENT_MAX &&
	    size + sshsettings_variables_size(settings) > SENT_MAX;
}

static enum pool_status
cannot_ask(struct opening *opening)
{
	(void)failure_set(opening->failure, FAILURE_SYSTEM,
	    "ask for the configuration", opening->request->ssh, NULL);
	return POOL_FAILED;
}

/* ssh -G prints "yes" for 0 too, and "no" for the default. */
static int
read_persist(const char *value)
{
	int secs;

	if (value != NULL && strcmp(value, "yes") == 0)
		return POOL_PERSIST_FOR_EVER;
	if (value != NULL && duration_read(value, 1, INT_MAX, &secs))
		return secs;
	return POOL_PERSIST_UNSET;
}

enum pool_status
opening_ask(struct opening *opening)
{
	const struct pool_request *request = opening->request;
	struct pool *pool = opening->pool;
	const struct sshconfig *config = &pool->endpoint.config;
	const struct answer_request question = {
	    .root = &pool->root,
	    .endpoint = &pool->endpoint,
	    .look_only = request->look_only,
	    .asking = {.ssh = request->ssh,
		.home = request->home,
		.args = request->args,
		.may_have_no_control_path = config->mentions_no_control_path,
		.timeout_ms = timeout_ms(opening)},
	};
	struct resolution *said = &opening->answer.said;
	int result = answer_get(&opening->answer, &question);

	if (result == 1)
		return opening_be_plain(
		    pool, "ssh rejects the arguments or the configuration");
	if (result == -1)
		return cannot_ask(opening);
	opening->has_answer = true;
	if (request->look_only)
		catalogue_add_label(
		    &pool->label, said->user, said->hostname, said->port);
	pool->persist_secs = read_persist(said->control_persist);
	/*
	 * Most configurations do not have the features that the restrictions
	 * remove. Then scp and others, which use such options, share the pool.
	 */
	opening->is_restricted =
	    (said->asks & pool->endpoint.restrictions) != 0;
	if (opening->is_restricted)
		resolution_restrict(said, pool->endpoint.restrictions);
	if (said->plain_reason != NULL)
		return opening_be_plain(pool, said->plain_reason);
	if (request->wants_session)
		resolution_add_session(said, &pool->session);
	return POOL_LEASE;
}

enum pool_status
opening_compose(struct opening *opening)
{
	const struct pool_request *request = opening->request;
	struct pool *pool = opening->pool;
	const struct endpoint *endpoint = &pool->endpoint;
	struct text *text = &pool->text;
	size_t length;
	struct way way = {.ssh = request->ssh,
	    .home = request->home,
	    .root = &pool->root,
	    .look_only = request->look_only,
	    .timeout_ms = timeout_ms(opening),
	    .valid_until = SSHKEY_FOR_EVER};

	text_add_bytes(
	    text, endpoint->shared_text.data, endpoint->shared_text.length);
	if (endpoint->config.is_dynamic)
		facts_add(text, FACT_RESOLVED, NULL, opening->answer.digest);
	if (way_add(&way, text, request->args, &opening->answer.said) == -1)
		return cannot_ask(opening);
	if (way.doubt != NULL)
		return opening_be_plain(pool, way.doubt);
	length = text->length;
	way_add_forwarded(text, &opening->answer.said);
	opening->names_socket = text->length > length;
	origin_add(text);
	if (opening->is_restricted)
		text_add_bytes(text, endpoint->restrictions_text.data,
		    endpoint->restrictions_text.length);
	pool->valid_until = way.valid_until;
	pool->needs_folder = way.needs_folder ||
	    /* A Match exec may depend on the folder, also at the login. */
	    endpoint->config.is_dynamic || endpoint->config.depends_on_folder ||
	    endpoint->config.names_key_from_folder;
	return POOL_LEASE;
}

/* The parts of a record; its strings point here. */
struct draft {
	char machine[PLATFORM_MACHINE_SIZE];
	char made[32];
	char bound[DIGEST_LENGTH + 1];
	char sandbox[DIGEST_LENGTH + 1];
	char jump[16 + FACTS_DIGEST_LENGTH];
	struct text known_hosts; /* to be freed */
};

/* Adds a jump host or program as a digest only. */
static void
set_jump(struct record *record, struct draft *draft,
    const struct resolution *resolution)
{
	bool is_jump = resolution->proxy_jump != NULL;
	const char *way =
	    is_jump ? resolution->proxy_jump : resolution->proxy_command;
	char digest[FACTS_DIGEST_LENGTH + 1];

	if (way == NULL)
		return;
	facts_digest(way, strlen(way), digest);
	(void)snprintf(draft->jump, sizeof(draft->jump), "%s %s",
	    is_jump ? "ProxyJump" : "ProxyCommand", digest);
	record->jump = draft->jump;
}

/* The target by ssh -G. */
static void
set_endpoint(struct record *record, struct draft *draft,
    const struct resolution *resolution, const struct sshconfig *config)
{
	struct text *known_hosts = &draft->known_hosts;

	record->user = resolution->user;
	record->hostname = resolution->hostname;
	record->port = resolution->port;
	set_jump(record, draft, resolution);
	record->host_key_alias = resolution->host_key_alias;
	text_init(known_hosts);
	if (resolution->user_known_hosts != NULL)
		text_add(known_hosts, resolution->user_known_hosts);
	if (resolution->global_known_hosts != NULL)
		text_printf(known_hosts, " %s", resolution->global_known_hosts);
	if (text_ok(known_hosts) &&
	    !sshreference_holds_value(config, known_hosts->data))
		record->known_hosts = known_hosts->data;
}

static void
fill_record(
    struct record *record, struct draft *draft, const struct opening *opening)
{
	const struct pool *pool = opening->pool;
	const struct pool_request *request = opening->request;
	time_t now = time(NULL);
	struct tm utc;

	memset(record, 0, sizeof(*record));
	record->sessions = -1;
	draft->made[0] = '\0';
	if (gmtime_r(&now, &utc) != NULL)
		(void)strftime(draft->made, sizeof(draft->made),
		    "%Y-%m-%dT%H:%M:%SZ", &utc);
	platform_machine(draft->machine);
	record->text = pool->text.data;
	record->destination = request->args->destination;
	set_endpoint(
	    record, draft, &opening->answer.said, &pool->endpoint.config);
	record->machine = draft->machine;
	record->made = draft->made;
	binding_digest(&pool->endpoint, request->args, draft->bound);
	if (request->namespace_text != NULL)
		record->bound = draft->bound;
	record->asks = opening->answer.said.asks;
}

static void
sandbox_digest(char digest[DIGEST_LENGTH + 1])
{
	char lines[PLATFORM_SANDBOX_SIZE];

	platform_sandbox(lines);
	digest_base64(lines, strlen(lines), digest);
}

enum pool_status
opening_make_record(struct opening *opening)
{
	struct pool *pool = opening->pool;
	struct draft draft;
	struct record record;
	enum pool_status status = POOL_LEASE;
	int can_hold;

	if (opening->request->look_only || !pool->is_open)
		return POOL_LEASE;
	opening->cannot_hold_sockets = false;
	can_hold = namespace_can_hold_sockets(&pool->ns, opening->failure);
	if (can_hold == -1)
		return POOL_FAILED;
	fill_record(&record, &draft, opening);
	if (can_hold == 0) {
		opening->cannot_hold_sockets = true;
		record.cannot_hold_sockets = true;
		sandbox_digest(draft.sandbox);
		record.sandbox = draft.sandbox;
		record.plain_reason = "the file system of the namespace "
				      "cannot bind and link a socket";
	}
	if (record_write(&record, &pool->ns, opening->failure) == -1)
		status = POOL_FAILED;
	text_free(&draft.known_hosts);
	return status;
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

/*
 * What was true once, in a sandbox perhaps, is not true for ever: it is tried
 * again after a day, and elsewhere.
 */
static bool
verdict_holds(const struct record *record)
{
	time_t age_secs = time(NULL) - record->file.written;
	char digest[DIGEST_LENGTH + 1];

	if (age_secs < 0 || age_secs >= VERDICT_SECS)
		return false;
	sandbox_digest(digest);
	return record->sandbox == NULL || strcmp(record->sandbox, digest) == 0;
}

enum pool_status
opening_read_record(struct opening *opening)
{
	struct pool *pool = opening->pool;
	struct record record;
	enum pool_status status = POOL_LEASE;

	opening->has_record = false;
	if (!pool->is_open)
		return POOL_LEASE;
	switch (record_read(
	    &record, &pool->ns, pool->text.data, opening->failure)) {
	case RECORD_FOUND:
		opening->has_record = true;
		opening->cannot_hold_sockets = record.cannot_hold_sockets;
		pool->ns.sessions = record.sessions;
		if (record.cannot_hold_sockets && !verdict_holds(&record))
			opening->has_record = opening->cannot_hold_sockets =
			    false;
		if (is_bound_elsewhere(opening, &record)) {
			(void)failure_set(opening->failure, FAILURE_BOUND,
			    "use", pool->ns.path, NULL);
			status = POOL_FAILED;
		} else if (record.plain_reason != NULL &&
		    !record.cannot_hold_sockets) {
			status = opening_be_plain(pool, record.plain_reason);
		}
		record_free(&record);
		return status;
	case RECORD_NONE:
	case RECORD_GARBLED:
		return POOL_LEASE;
	case RECORD_FAILED:
	default:
		return POOL_FAILED;
	}
}
