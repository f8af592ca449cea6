#include "ssh-fast/precheck.h"

#include "platform/child.h"
#include "base/deadline.h"
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
	/* Of ssh-fast-health. */
	STATUS_UNREACHABLE = 1,
	STATUS_MISMATCH = 3,
	OUTPUT_MAX = 1024 * 1024,
	WORDS_MAX = 12,
	/* It keeps the time itself, but has to start and to end. */
	GRACE_MS = 200,
};

/* What only ssh can make sense of, and ssh-fast-health is not told. */
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

/* The words for it; false where it could not be told all that matters. */
static bool
compose(const struct run *run, char *path, char *timeout, char *ssh,
    char *words[WORDS_MAX])
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
	words[count++] = path;
	words[count++] = (char *)"--fields";
	words[count++] = timeout;
	words[count++] = ssh;
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

/* With StrictHostKeyChecking=no ssh goes on whatever the key is. */
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

/* Says why, from its one line; false where that is none of its lines. */
static bool
tell(const struct run *run, char *line)
{
	struct health_answer answer;
	struct text why;
	bool is_told = false;

	line[strcspn(line, "\n")] = '\0';
	text_init(&why);
	if (health_answer_read(&answer, line)) {
		health_answer_describe(&why, &answer);
		is_told = text_ok(&why);
	}
	if (is_told)
		message("cannot reach %s: %s", run->args.destination, why.data);
	text_free(&why);
	return is_told;
}

bool
precheck_finds_it_down(const struct run *run)
{
	char path[PATH_MAX], ssh[PATH_MAX + 8], timeout[32];
	char *words[WORDS_MAX];
	struct text output;
	bool is_down;
	int status;

	(void)snprintf(
	    timeout, sizeof(timeout), "--timeout=%d", run->options.health_ms);
	(void)snprintf(ssh, sizeof(ssh), "--ssh=%s", run->ssh.path.data);
	if (!health_program_find(path) ||
	    !compose(run, path, timeout, ssh, words)) {
		if (run->options.verbose)
			message("health: not asked");
		return false;
	}
	text_init(&output);
	status = child_run(words, NULL, &output, OUTPUT_MAX,
	    deadline_in_ms(run->options.health_ms + GRACE_MS));
	if (run->options.verbose)
		message("health: %s says %d", path, status);
	is_down = (status == STATUS_UNREACHABLE || status == STATUS_MISMATCH) &&
	    text_ok(&output) && output.length > 0 &&
	    (status != STATUS_MISMATCH || !key_does_not_matter(run)) &&
	    tell(run, output.data);
	text_free(&output);
	return is_down;
}
