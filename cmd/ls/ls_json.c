#include "ls/ls_json.h"

#include "base/number.h"
#include "shared/json.h"

#include <inttypes.h>
#include <stdio.h>

/* Null for an unknown value. */
static const char *
known(const char *string)
{
	return string[0] != '\0' ? string : NULL;
}

static void
add_lease(struct json *json, const struct ls_view *view,
    const struct inspect_lease *lease)
{
	char socket[NAMESPACE_SOCKET_PATH_MAX + 1];

	(void)snprintf(socket, sizeof(socket), "%s/%s/" NAMESPACE_SOCKETS "/%s",
	    view->root, view->folder, lease->name);
	json_open_object(json, NULL);
	json_string(json, "name", lease->name);
	json_string(json, "state", ls_state_word(lease->state));
	json_known(json, "pid", lease->holder_pid > 0, lease->holder_pid);
	json_string(json, "program", known(lease->holder_program));
	json_known(
	    json, "held_seconds", lease->held_secs >= 0, lease->held_secs);
	json_open_object(json, "master");
	json_string(json, "state", ls_master_word(lease->master));
	json_known(json, "pid", lease->master_pid > 0, lease->master_pid);
	json_known(json, "age_seconds", lease->master_age_secs >= 0,
	    lease->master_age_secs);
	json_known(
	    json, "ends_in_seconds", lease->ends_secs >= 0, lease->ends_secs);
	json_string(json, "local", known(lease->connection.local));
	json_string(json, "far", known(lease->connection.far));
	json_close_object(json);
	json_known(
	    json, "idle_seconds", lease->idle_secs >= 0, lease->idle_secs);
	json_string(json, "socket", socket);
	json_close_object(json);
}

static void
add_leases(struct json *json, const struct ls_view *view)
{
	size_t i;

	json_open_list(json, "leases");
	for (i = 0; view->inspection != NULL && i < view->inspection->count;
	     i++)
		add_lease(json, view, &view->inspection->leases[i]);
	json_close_list(json);
}

/* A port is a number if the record has a number. */
static void
add_port(struct json *json, const char *port)
{
	int number;

	if (port != NULL && number_read(port, 0, 99999, &number))
		json_integer(json, "port", number);
	else
		json_string(json, "port", port);
}

static void
add_endpoint(struct json *json, const struct record *record)
{
	if (record == NULL) {
		json_null(json, "endpoint");
		return;
	}
	json_open_object(json, "endpoint");
	json_string(json, "destination", record->destination);
	json_string(json, "user", record->user);
	json_string(json, "hostname", record->hostname);
	add_port(json, record->port);
	json_string(json, "jump", record->jump);
	json_close_object(json);
}

static const char *
policy_of(const struct record *record)
{
	if (record == NULL)
		return NULL;
	return record->plain_reason == NULL ? "lease" : "plain";
}

/* Seconds with three digits behind the point. */
static void
add_seconds(struct json *json, const char *key, uint64_t us)
{
	char digits[32];

	(void)snprintf(digits, sizeof(digits), "%" PRIu64 ".%03u", us / 1000000,
	    (unsigned int)(us / 1000 % 1000));
	json_decimal(json, key, digits);
}

static void
add_counters(struct json *json, const struct counters *counters)
{
	size_t i;

	if (counters == NULL || counters->since == 0) {
		json_null(json, "stats");
		return;
	}
	json_open_object(json, "stats");
	json_integer(json, "since", counters->since);
	json_integer(json, "runs", (long long)counters_runs(counters));
	json_integer(json, "warm", (long long)counters->of[COUNTER_WARM]);
	json_integer(json, "cold", (long long)counters->of[COUNTER_COLD]);
	json_open_object(json, "plain");
	for (i = 0; i < LS_PLAIN_REASONS; i++)
		json_integer(json, ls_plain_reasons[i].word,
		    (long long)counters->of[ls_plain_reasons[i].counter]);
	json_close_object(json);
	json_integer(json, "dead", (long long)counters->of[COUNTER_DEAD]);
	json_integer(json, "hung", (long long)counters->of[COUNTER_HUNG]);
	add_seconds(json, "waited_seconds", counters->of[COUNTER_WAIT_US]);
	add_seconds(json, "warm_seconds", counters->of[COUNTER_WARM_US]);
	add_seconds(json, "cold_seconds", counters->of[COUNTER_COLD_US]);
	add_seconds(json, "saved_seconds", counters_saved_us(counters));
	json_close_object(json);
}

static void
add_namespace(struct json *json, const struct ls_view *view)
{
	const struct record *record = view->record;

	json_open_object(json, NULL);
	json_string(json, "namespace", view->folder);
	json_string(json, "text", record != NULL ? record->text : NULL);
	add_endpoint(json, record);
	json_string(json, "as", view->call);
	json_string(json, "policy", policy_of(record));
	json_string(
	    json, "reason", record != NULL ? record->plain_reason : NULL);
	json_string(json, "machine", record != NULL ? record->machine : NULL);
	json_string(json, "made", record != NULL ? record->made : NULL);
	if (view->health != NULL)
		health_answer_json(json, "health", view->health);
	else
		json_null(json, "health");
	add_leases(json, view);
	add_counters(json, view->counters);
	json_string(json, "trouble", view->trouble);
	json_close_object(json);
}

bool
ls_json_begin(const char *root)
{
	struct json json;
	struct text out;

	text_init(&out);
	json_begin(&json, &out);
	json_open_object(&json, NULL);
	json_string(&json, "root", root);
	json_open_list(&json, "namespaces");
	return json_print(&out);
}

bool
ls_json_namespace(const struct ls_view *view, bool is_first)
{
	struct json json;
	struct text out;

	text_init(&out);
	json_begin(&json, &out);
	text_add(&out, is_first ? "\n" : ",\n");
	add_namespace(&json, view);
	return json_print(&out);
}

void
ls_json_end(void)
{
	(void)fputs("\n]}\n", stdout);
}
