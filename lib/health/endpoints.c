#include "health/endpoints.h"

#include <stdio.h>
#include <string.h>

/* What ssh looks into where nothing is configured. */
static const char default_files[] =
    "~/.ssh/known_hosts ~/.ssh/known_hosts2 "
    "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2";

static const char *
member(const json_t *endpoint, const char *key)
{
	return json_string_value(json_object_get(endpoint, key));
}

static bool
is_complete(const json_t *endpoint)
{
	json_int_t port = json_integer_value(json_object_get(endpoint, "port"));

	return member(endpoint, "hostname") != NULL && port > 0 && port < 65536;
}

json_t *
endpoints_read(const char *path, char *reason, size_t size)
{
	json_error_t error;
	json_t *list = json_load_file(path, 0, &error);
	size_t i;

	if (list == NULL) {
		(void)snprintf(reason, size, "%s", error.text);
		return NULL;
	}
	for (i = 0; i < json_array_size(list); i++)
		if (!is_complete(json_array_get(list, i)))
			break;
	if (json_is_array(list) && i == json_array_size(list))
		return list;
	(void)snprintf(
	    reason, size, "it is no list of objects with hostname and port");
	json_decref(list);
	return NULL;
}

static void
copy(char *to, size_t size, const char *from, const char *otherwise)
{
	(void)snprintf(to, size, "%s", from != NULL ? from : otherwise);
}

void
endpoints_get(
    const json_t *endpoint, struct subject *subject, const char *known_hosts)
{
	if (known_hosts == NULL)
		known_hosts = member(endpoint, "knownhosts");
	memset(subject, 0, sizeof(*subject));
	copy(subject->hostname, sizeof(subject->hostname),
	    member(endpoint, "hostname"), "");
	copy(subject->alias, sizeof(subject->alias),
	    member(endpoint, "hostkeyalias"), "");
	copy(
	    subject->files, sizeof(subject->files), known_hosts, default_files);
	subject->port =
	    (int)json_integer_value(json_object_get(endpoint, "port"));
	subject->is_proxied =
	    json_is_true(json_object_get(endpoint, "proxied"));
}

const char *
endpoints_name(const json_t *endpoint)
{
	const char *name = member(endpoint, "host");

	return name != NULL ? name : member(endpoint, "hostname");
}
