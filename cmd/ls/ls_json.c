#include "ls/ls.h"

#include "shared/json.h"

#include <stdio.h>

static json_t *
describe_lease(const struct ls_view *view, const struct inspect_lease *lease)
{
	char socket[NAMESPACE_SOCKET_PATH_MAX + 1];
	const char *master = ls_master_word(lease->master);

	(void)snprintf(socket, sizeof(socket), "%s/%s/c/%s", view->root,
	    view->folder, lease->name);
	return json_pack("{so so so s{so so} so so}", "name",
	    json_text(lease->name), "state",
	    json_text(ls_state_word(lease->state)), "pid",
	    json_known(lease->holder_pid > 0, lease->holder_pid), "master",
	    "state", json_text(master), "pid",
	    json_known(lease->master_pid > 0, lease->master_pid),
	    "idle_seconds", json_known(lease->idle_secs >= 0, lease->idle_secs),
	    "socket", json_text(socket));
}

static json_t *
describe_leases(const struct ls_view *view)
{
	json_t *leases = json_array();
	size_t i;

	for (i = 0; view->inspection != NULL && i < view->inspection->count;
	     i++)
		if (json_array_append_new(leases,
			describe_lease(view, &view->inspection->leases[i])) ==
		    -1) {
			json_decref(leases);
			return NULL;
		}
	return leases;
}

/* A port is a number where the record holds one. */
static json_t *
describe_port(const char *port)
{
	int number, end = 0;

	if (port != NULL && sscanf(port, "%5d%n", &number, &end) == 1 &&
	    port[end] == '\0' && number >= 0)
		return json_integer(number);
	return json_text(port);
}

static json_t *
describe_endpoint(const struct record *record)
{
	return json_pack("{so so so so so}", "destination",
	    json_text(record->destination), "user", json_text(record->user),
	    "hostname", json_text(record->hostname), "port",
	    describe_port(record->port), "jump", json_text(record->jump));
}

static json_t *
describe_policy(const struct record *record)
{
	if (record == NULL)
		return json_null();
	return json_string(record->plain_reason == NULL ? "lease" : "plain");
}

static json_t *
describe_health(const struct ls_health_answer *health)
{
	return health != NULL ? json_deep_copy(health->json) : json_null();
}

bool
ls_json_begin(const char *root)
{
	bool ok;

	(void)fputs("{\"root\":", stdout);
	ok = json_print(json_text(root));
	(void)fputs(",\"namespaces\":[", stdout);
	return ok;
}

bool
ls_json_namespace(const struct ls_view *view, bool is_first)
{
	const struct record *record = view->record;

	(void)fputs(is_first ? "\n" : ",\n", stdout);
	return json_print(json_pack("{so so so so so so so so so so}",
	    "namespace", json_text(view->folder), "text",
	    json_text(record != NULL ? record->text : NULL), "endpoint",
	    record != NULL ? describe_endpoint(record) : json_null(), "policy",
	    describe_policy(record), "reason",
	    json_text(record != NULL ? record->plain_reason : NULL), "machine",
	    json_text(record != NULL ? record->machine : NULL), "made",
	    json_text(record != NULL ? record->made : NULL), "health",
	    describe_health(view->health), "leases", describe_leases(view),
	    "trouble", json_text(view->trouble)));
}

void
ls_json_end(void)
{
	(void)fputs("\n]}\n", stdout);
}
