/*
 * Uses the installed library, and does what its input says, a word a line:
 *
 *   open ROOT TEXT | acquire MASTER|SERVER|NOTHING MS | probe MASTER|SERVER|NOTHING MS
 *   touch | release | close
 *
 * A line for each, with what came of it.
 */
#include <ssh-fast.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ssh_fast_namespace *ns;
static struct ssh_fast_lease *lease;

static void
print_problem(const struct ssh_fast_error *error)
{
	static const char *const names[] = {
	    "none", "system", "untrusted", "unusable", "busy"};

	printf(
	    "%s %d %s\n", names[error->problem], error->error, error->message);
}

static enum ssh_fast_check
check_of(const char *word)
{
	if (strcmp(word, "SERVER") == 0)
		return SSH_FAST_CHECK_SERVER;
	return strcmp(word, "NOTHING") == 0 ? SSH_FAST_CHECK_NOTHING
					    : SSH_FAST_CHECK_MASTER;
}

static void
probe(const char *kind, const char *ms)
{
	static const char *const states[] = {
	    "alive", "dead", "hung", "unknown"};
	pid_t pid;
	enum ssh_fast_state state =
	    ssh_fast_probe(lease, check_of(kind), atoi(ms), &pid);

	printf("%s %ld\n", states[state], (long)pid);
}

static void
acquire(const char *kind, const char *ms)
{
	const struct ssh_fast_options options = {
	    .check = check_of(kind), .timeout_ms = atoi(ms)};
	struct ssh_fast_error error;

	if ((lease = ssh_fast_acquire(ns, &options, &error)) == NULL)
		print_problem(&error);
	else
		printf("%s %s %s\n", ssh_fast_is_warm(lease) ? "warm" : "cold",
		    ssh_fast_socket(lease), ssh_fast_control_path(lease));
}

static void
obey(const char *verb, const char *first, const char *second)
{
	struct ssh_fast_error error;

	if (strcmp(verb, "open") == 0) {
		if ((ns = ssh_fast_open(first, second, &error)) == NULL)
			print_problem(&error);
		else
			printf("open\n");
	} else if (strcmp(verb, "acquire") == 0) {
		acquire(first, second);
	} else if (strcmp(verb, "probe") == 0) {
		probe(first, second);
	} else if (strcmp(verb, "touch") == 0) {
		printf("touch %s\n",
		    ssh_fast_touch(lease) == 0 ? "0" : strerror(errno));
	} else if (strcmp(verb, "release") == 0) {
		printf("release %d\n", ssh_fast_release(lease));
		lease = NULL;
	} else if (strcmp(verb, "close") == 0) {
		ssh_fast_close(ns);
		ns = NULL;
		printf("close\n");
	}
	fflush(stdout);
}

int
main(void)
{
	char line[1024], verb[16], first[512], second[512];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		first[0] = second[0] = '\0';
		if (sscanf(line, "%15s %511s %511s", verb, first, second) > 0)
			obey(verb, first, second);
	}
	return 0;
}
