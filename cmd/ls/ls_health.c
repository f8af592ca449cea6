#include "ls/ls_health.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "shared/health_program.h"
#include "shared/json.h"
#include "shared/message.h"
#include "namespace/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* ssh-fast-health looks at so many side by side, or more. */
	SIDE_BY_SIDE = 64,
	/* Beside the deadlines that it keeps: starting, key exchanges. */
	START_MS = 5000,
	EACH_MS = 100,
	ANSWER_SIZE_MAX = 4096,
};

/* The endpoint of a record; null where it has none. */
static json_t *
describe(const struct record *record)
{
	int port;

	if (record->hostname == NULL || record->hostname[0] == '\0' ||
	    record->port == NULL ||
	    !admin_number(record->port, 1, 65535, &port))
		return NULL;
	return json_pack("{so si so so sb}", "hostname",
	    json_text(record->hostname), "port", port, "hostkeyalias",
	    json_text(record->host_key_alias), "knownhosts",
	    json_text(record->known_hosts), "proxied", record->jump != NULL);
}

/*
 * Adds it to the list, unless the same is there: seen has the number of each
 * under its text. The reference is taken. Its number, or SIZE_MAX.
 */
static size_t
add(json_t *list, json_t *seen, json_t *endpoint)
{
	char *text = json_dumps(endpoint, JSON_COMPACT);
	json_t *number = text != NULL ? json_object_get(seen, text) : NULL;
	size_t result = SIZE_MAX;

	if (number != NULL) {
		result = (size_t)json_integer_value(number);
	} else if (text != NULL && json_array_append(list, endpoint) == 0) {
		result = json_array_size(list) - 1;
		(void)json_object_set_new(
		    seen, text, json_integer((json_int_t)result));
	}
	free(text);
	json_decref(endpoint);
	return result;
}

/* All endpoints of the catalogue, as ssh-fast-health wants them. */
static json_t *
collect(struct ls_health *health, const struct admin *admin)
{
	json_t *list = json_array(), *seen = json_object(), *endpoint;
	struct namespace ns;
	struct record record;
	struct failure ignored;
	size_t i;

	for (i = 0; i < admin->catalogue.count; i++) {
		health->host_of[i] = SIZE_MAX;
		if (namespace_open(&ns, &admin->root,
			admin->catalogue.entries[i].folder, NAMESPACE_LOOK,
			&ignored) == -1)
			continue;
		if (record_read(&record, &ns, NULL, &ignored) == RECORD_FOUND) {
			if ((endpoint = describe(&record)) != NULL)
				health->host_of[i] = add(list, seen, endpoint);
			record_free(&record);
		}
		namespace_close(&ns);
	}
	json_decref(seen);
	return list;
}

/* A file without a name that holds the list: no pipe takes so much at once. */
static FILE *
write_list(const json_t *list)
{
	FILE *file = tmpfile();

	if (file == NULL)
		return NULL;
	if (fcntl(fileno(file), F_SETFD, FD_CLOEXEC) == 0 &&
	    json_dumpf(list, file, JSON_COMPACT) == 0 && fflush(file) == 0 &&
	    lseek(fileno(file), 0, SEEK_SET) == 0)
		return file;
	(void)fclose(file);
	return NULL;
}

static int
run(struct ls_health *health, const char *program, const json_t *list,
    int timeout_ms)
{
	char timeout[32];
	char *words[] = {(char *)program, (char *)"-j", timeout,
	    (char *)"--endpoints=/dev/stdin", NULL};
	size_t count = json_array_size(list);
	int64_t bound_ms =
	    (int64_t)(count / SIDE_BY_SIDE + 1) * timeout_ms + START_MS;
	FILE *file = write_list(list);
	struct text output;
	int status = -1;

	(void)snprintf(timeout, sizeof(timeout), "--timeout=%d", timeout_ms);
	text_init(&output);
	if (file != NULL)
		status = child_run_reading(words, fileno(file), &output,
		    (count + 1) * ANSWER_SIZE_MAX,
		    deadline_now_us() +
			(bound_ms + (int64_t)count * EACH_MS) * 1000);
	if (status == -1)
		message("cannot run %s: %s", program, strerror(errno));
	if (file != NULL)
		(void)fclose(file);
	if (status != -1 && text_ok(&output) && output.data != NULL)
		health->document =
		    json_loadb(output.data, output.length, 0, NULL);
	text_free(&output);
	health->hosts = json_object_get(health->document, "hosts");
	if (json_array_size(health->hosts) == count)
		return 0;
	if (status != -1)
		message(
		    "cannot understand %s: it ended with %d", program, status);
	health->hosts = NULL;
	return -1;
}

int
ls_health_ask(
    struct ls_health *health, const struct admin *admin, int timeout_ms)
{
	char program[PATH_MAX];
	json_t *list;
	int result;

	memset(health, 0, sizeof(*health));
	/* Where root looks at a user's folder, that user would lead him. */
	if (admin->root.fd != -1 && admin->root.owner != getuid()) {
		message("cannot ask for the health of another user's endpoints "
			"in %s",
		    admin->root.path);
		return -1;
	}
	if (!health_program_find(program)) {
		message("cannot run ssh-fast-health: it is not installed (it "
			"is built where libssh2 is)");
		return -1;
	}
	health->host_of =
	    calloc(admin->catalogue.count + 1, sizeof(*health->host_of));
	if (health->host_of == NULL) {
		message("cannot run %s: %s", program, strerror(errno));
		return -1;
	}
	list = collect(health, admin);
	result = json_array_size(list) > 0
	    ? run(health, program, list, timeout_ms)
	    : 0;
	json_decref(list);
	return result;
}

void
ls_health_free(struct ls_health *health)
{
	json_decref(health->document);
	free(health->host_of);
	memset(health, 0, sizeof(*health));
}

bool
ls_health_get(const struct ls_health *health, size_t entry,
    struct ls_health_answer *answer)
{
	const json_t *json;

	if (health->hosts == NULL || health->host_of[entry] == SIZE_MAX)
		return false;
	json = json_array_get(health->hosts, health->host_of[entry]);
	answer->json = json;
	answer->state = json_string_value(json_object_get(json, "state"));
	answer->step = json_string_value(json_object_get(json, "step"));
	answer->reason = json_string_value(json_object_get(json, "reason"));
	return answer->state != NULL;
}
