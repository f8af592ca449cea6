#include "ssh-fast/precheck.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "namespace/answers.h"
#include "namespace/record.h"
#include "shared/health_answer.h"
#include "shared/health_program.h"
#include "shared/message.h"
#include "ssh/sshoption.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* The limits of ssh-fast-health. */
	STATUS_UNREACHABLE = 1,
	STATUS_MISMATCH = 3,
	OUTPUT_MAX = 1024 * 1024,
	WORDS_MAX = 16,
	/* It keeps its own time, but has to start and to end. */
	GRACE_MS = 1000,
};

/* Options that only ssh understands, and that ssh-fast-health does not get. */
static bool
leads_elsewhere(const struct sshargs_option *option)
{
	static const char *const keywords[] = {"hostname", "port", "proxyjump",
	    "proxycommand", "hostkeyalias", "userknownhostsfile",
	    "globalknownhostsfile", "knownhostscommand", "addressfamily",
	    "bindaddress", "bindinterface", "user", "canonicalizehostname",
	    "canonicaldomains"};
	struct sshoption meaning;
	size_t i;

	if (strchr("J46bBl", option->flag) != NULL)
		return true;
	if (option->flag != 'o')
		return false;
	sshoption_read(&meaning, option);
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(meaning.keyword, keywords[i]) == 0)
			return true;
	return false;
}

/*
 * The arguments that name the host. False if they cannot express all options.
 */
static bool
compose(const struct run *run, char **words)
{
	const struct sshargs *args = &run->args;
	const char *config = NULL, *port = args->port, *host;
	size_t count = 0, i;

	for (i = 0; i < args->option_count; i++) {
		if (leads_elsewhere(&args->options[i]))
			return false;
		if (args->options[i].flag == 'F')
			config = args->options[i].value;
		if (args->options[i].flag == 'p' && port == NULL)
			port = args->options[i].value;
	}
	host = strstr(args->destination, "://") != NULL ? args->host
							: args->destination;
	if (config != NULL) {
		words[count++] = (char *)"-F";
		words[count++] = (char *)config;
	}
	if (port != NULL) {
		words[count++] = (char *)"-p";
		words[count++] = (char *)port;
	}
	words[count++] = (char *)"--";
	words[count++] = (char *)host;
	words[count] = NULL;
	return host != NULL;
}

/* With StrictHostKeyChecking=no ssh continues with any key. */
static bool
key_does_not_matter(const struct run *run)
{
	char **words;
	struct text output;
	bool result = false;
	int i;

	words = calloc((size_t)run->argc + 2, sizeof(*words));
	if (words == NULL)
		return true;
	words[0] = run->ssh.path.data;
	words[1] = (char *)"-G";
	for (i = 1; i < run->argc; i++)
		words[i + 1] = run->argv[i];
	text_init(&output);
	if (child_run(words, NULL, &output, OUTPUT_MAX,
		deadline_in_ms(run->options.health_ms)) != 0 ||
	    !text_ok(&output) || output.data == NULL ||
	    strstr(output.data, "\nstricthostkeychecking false") != NULL ||
	    strstr(output.data, "\nstricthostkeychecking no") != NULL ||
	    strstr(output.data, "\nnohostauthenticationforlocalhost yes") !=
		NULL ||
	    strstr(output.data, "\nstricthostkeychecking off") != NULL)
		result = true;
	text_free(&output);
	free(words);
	return result;
}

/* The verb before the name of the host. */
static const char *
verb(const struct health_answer *answer)
{
	const char *step = answer->values[HEALTH_STEP];

	if (strcmp(answer->values[HEALTH_STATE], "mismatch") == 0)
		return "trust";
	/* Only for a server that was not reached. */
	if (step != NULL &&
	    (strcmp(step, "banner") == 0 || strcmp(step, "handshake") == 0))
		return "log in to";
	return "reach";
}

/* Prints the reason. */
static void
tell(const struct run *run, const struct health_answer *answer)
{
	struct text why;

	text_init(&why);
	health_answer_describe(&why, answer);
	health_answer_add_age(&why, answer);
	message("cannot %s %s: %s", verb(answer), run->args.destination,
	    text_ok(&why) ? why.data : strerror(ENOMEM));
	text_free(&why);
}

/*
 * A login of this user in progress already asks the server, and will find it
 * out soon.
 */
static bool
is_login_under_way(const struct run *run)
{
	struct answers answers;
	struct record record;
	struct failure ignored;
	bool result = false;

	if (answers_open(&answers, &run->pool.root, false, &ignored) == -1)
		return false;
	if (record_read(&record, &run->pool.ns, NULL, &ignored) ==
	    RECORD_FOUND) {
		if (record.hostname != NULL && record.port != NULL)
			result = answers_has_login_under_way(
			    &answers, record.hostname, atoi(record.port));
		record_free(&record);
	}
	answers_close(&answers);
	return result;
}

/* The exit status, or -1, and the output. */
static int
ask(const struct run *run, char *words[WORDS_MAX], struct text *output,
    struct health_answer *answer)
{
	int status;

	status = child_run(words, NULL, output, OUTPUT_MAX,
	    deadline_in_ms(run->options.health_ms + GRACE_MS));
	if (run->options.verbose)
		message("health: %s exited with status %d", words[0], status);
	if (status == -1 || !text_ok(output) || output->length == 0)
		return -1;
	output->data[strcspn(output->data, "\n")] = '\0';
	return health_answer_read(answer, output->data) ? status : -1;
}

bool
precheck_finds_it_down(const struct run *run)
{
	char path[PATH_MAX], ssh[PATH_MAX + 8], root[PATH_MAX + 8], timeout[32];
	char *words[WORDS_MAX];
	struct health_answer answer;
	struct text output;
	bool is_down;
	int status;

	(void)snprintf(
	    timeout, sizeof(timeout), "--timeout=%d", run->options.health_ms);
	(void)snprintf(ssh, sizeof(ssh), "--ssh=%s", run->ssh.path.data);
	(void)snprintf(root, sizeof(root), "--root=%s", run->pool.root.path);
	words[0] = path;
	words[1] = timeout;
	words[2] = ssh;
	words[3] = root;
	words[4] = (char *)"--fields";
	if (!health_program_find(path) || !compose(run, words + 5) ||
	    is_login_under_way(run)) {
		if (run->options.verbose)
			message("health: not checked");
		return false;
	}
	text_init(&output);
	status = ask(run, words, &output, &answer);
	is_down = status == STATUS_UNREACHABLE ||
	    (status == STATUS_MISMATCH && !key_does_not_matter(run));
	if (is_down)
		tell(run, &answer);
	text_free(&output);
	return is_down;
}
