#include "library/ssh-fast.h"

#include "base/deadline.h"
#include "lease/acquire.h"
#include "mux/probe.h"
#include "namespace/failure_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TIMEOUT_MS = 500 };

struct ssh_fast_namespace {
	struct namespace ns;
	struct namespace_root root;
};

struct ssh_fast_lease {
	const struct namespace *ns;
	struct lease lease;
	bool has_hung; /* when it was probed last */
	char socket[NAMESPACE_SOCKET_PATH_MAX + 1];
	char control_path[2 * NAMESPACE_SOCKET_PATH_MAX + 1];
};

const char *
ssh_fast_version(void)
{
	return SSH_FAST_VERSION;
}

static enum ssh_fast_problem
problem(const struct failure *failure)
{
	switch (failure->kind) {
	case FAILURE_OWNER:
	case FAILURE_MODE:
	case FAILURE_SYMLINK:
	case FAILURE_FOREIGN:
	case FAILURE_TYPE:
	case FAILURE_BOUND:
		return SSH_FAST_UNTRUSTED;
	case FAILURE_TOO_LONG:
	case FAILURE_UNSPEAKABLE:
	case FAILURE_NO_SOCKETS:
		return SSH_FAST_UNUSABLE;
	case FAILURE_BUSY:
		return SSH_FAST_BUSY;
	case FAILURE_SYSTEM:
	case FAILURE_MEMORY:
	case FAILURE_NONE:
		break;
	}
	return SSH_FAST_SYSTEM;
}

static void
tell(struct ssh_fast_error *error, const struct failure *failure)
{
	if (error == NULL)
		return;
	error->problem = problem(failure);
	error->error = failure->kind == FAILURE_MEMORY ? ENOMEM
	    : error->problem == SSH_FAST_SYSTEM	       ? failure->error
						       : 0;
	failure_words_describe(failure, error->message, sizeof(error->message));
}

/* Everything of it is open, or nothing. */
static int
open_parts(struct ssh_fast_namespace *opened, const char *root,
    const char *text, struct failure *failure)
{
	char name[DIGEST_LENGTH + 1];
	int can_hold;

	if (namespace_root_open(&opened->root, root, true, failure) == -1)
		return -1;
	if (namespace_name(&opened->root, text, strlen(text), name, failure) ==
		-1 ||
	    namespace_open(&opened->ns, &opened->root, name, NAMESPACE_MAKE,
		failure) == -1) {
		namespace_root_close(&opened->root);
		return -1;
	}
	can_hold = namespace_can_hold_sockets(&opened->ns, failure);
	if (can_hold == 0)
		(void)failure_set(
		    failure, FAILURE_NO_SOCKETS, "use", opened->ns.path, NULL);
	if (can_hold == 1)
		return 0;
	namespace_close(&opened->ns);
	namespace_root_close(&opened->root);
	return -1;
}

struct ssh_fast_namespace *
ssh_fast_open(const char *root, const char *text, struct ssh_fast_error *error)
{
	struct ssh_fast_namespace *opened = malloc(sizeof(*opened));
	struct failure failure;

	if (opened == NULL)
		(void)failure_set(&failure, FAILURE_MEMORY, "open", root, NULL);
	else if (open_parts(opened, root, text, &failure) == 0)
		return opened;
	free(opened);
	tell(error, &failure);
	return NULL;
}

void
ssh_fast_close(struct ssh_fast_namespace *ns)
{
	if (ns == NULL)
		return;
	namespace_close(&ns->ns);
	namespace_root_close(&ns->root);
	free(ns);
}

static enum probe_kind
kind_of(enum ssh_fast_check check)
{
	switch (check) {
	case SSH_FAST_CHECK_SERVER:
		return PROBE_E2E;
	case SSH_FAST_CHECK_NOTHING:
		return PROBE_NONE;
	case SSH_FAST_CHECK_MASTER:
		break;
	}
	return PROBE_NATIVE;
}

static void
set_paths(struct ssh_fast_lease *held)
{
	const char *from;
	char *to = held->control_path;

	namespace_socket_path(held->ns, held->lease.name, held->socket);
	for (from = held->socket; *from != '\0'; from++) {
		if (*from == '%')
			*to++ = '%';
		*to++ = *from;
	}
	*to = '\0';
}

struct ssh_fast_lease *
ssh_fast_acquire(struct ssh_fast_namespace *ns,
    const struct ssh_fast_options *options, struct ssh_fast_error *error)
{
	static const struct ssh_fast_options usual;
	struct ssh_fast_lease *held = malloc(sizeof(*held));
	struct acquire_report report;
	struct failure failure;
	struct acquire_options acquiring = {
	    .probe = {.timeout_ms = DEFAULT_TIMEOUT_MS}};

	if (options == NULL)
		options = &usual;
	acquiring.probe.kind = kind_of(options->check);
	if (options->timeout_ms > 0)
		acquiring.probe.timeout_ms = options->timeout_ms;
	if (held == NULL) {
		(void)failure_set(&failure, FAILURE_MEMORY,
		    "acquire a lease in", ns->ns.path, NULL);
	} else if (acquire_lease(&ns->ns, &acquiring, &held->lease, &report,
		       &failure) == 0) {
		held->ns = &ns->ns;
		held->has_hung = false;
		set_paths(held);
		return held;
	}
	free(held);
	tell(error, &failure);
	return NULL;
}

bool
ssh_fast_is_warm(const struct ssh_fast_lease *lease)
{
	return lease->lease.is_warm;
}

const char *
ssh_fast_socket(const struct ssh_fast_lease *lease)
{
	return lease->socket;
}

const char *
ssh_fast_control_path(const struct ssh_fast_lease *lease)
{
	return lease->control_path;
}

enum ssh_fast_state
ssh_fast_probe(struct ssh_fast_lease *lease, enum ssh_fast_check check,
    int timeout_ms, pid_t *master_pid)
{
	const struct probe probe = {
	    .kind = kind_of(check), .owner = lease->ns->owner};
	struct probe_question question;
	enum probe_result result;
	pid_t pid = 0;

	result = probe_ask(&question, &probe, lease->socket);
	if (result == PROBE_ALIVE)
		result =
		    probe_answer(&question, deadline_in_ms(timeout_ms), &pid);
	lease->has_hung = result == PROBE_HUNG;
	if (master_pid != NULL)
		*master_pid = pid;
	switch (result) {
	case PROBE_ALIVE:
		return SSH_FAST_ALIVE;
	case PROBE_DEAD:
		return SSH_FAST_DEAD;
	case PROBE_HUNG:
		return SSH_FAST_HUNG;
	case PROBE_UNKNOWN:
		break;
	}
	return SSH_FAST_UNKNOWN;
}

int
ssh_fast_touch(struct ssh_fast_lease *lease)
{
	return lease_touch(lease->ns, &lease->lease);
}

int
ssh_fast_release(struct ssh_fast_lease *lease)
{
	int result = 0, saved_errno;

	if (lease == NULL)
		return 0;
	if (lease->has_hung)
		lease_set_aside(lease->ns, &lease->lease);
	else
		result = lease_release(lease->ns, &lease->lease, true);
	saved_errno = errno;
	free(lease);
	errno = saved_errno;
	return result;
}
