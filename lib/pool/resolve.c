#include "pool/resolve.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "pool/keyfiles.h"
#include "pool/resolution.h"
#include "ssh/sshconfig.h"
#include "ssh/sshoption.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OUTPUT_MAX = 1 << 20,
};

/* A path that no configuration contains by accident. */
#define CONTROL_PATH_SENTINEL "/ssh-fast/no-control-path-was-set"

/* With -E ssh -G would open the log, and with -y write to syslog. */
static bool
is_left_out(const struct resolve_request *request,
    const struct sshargs_option *option, const char *config_file)
{
	return sshoption_is_session(option) || option->flag == 'E' ||
	    (option->flag == 'i' &&
		!keyfiles_is_there(option->value, request->home)) ||
	    option->flag == 'y' || sshoption_restricts(option) != 0 ||
	    (config_file != NULL && option->flag == 'F');
}

/*
 * Adds the option, or its replacement in the question. -i is left out: ssh
 * ignores a missing file.
 */
static size_t
add_option(
    const char **words, size_t count, const struct sshargs_option *option)
{
	struct sshoption meaning;
	char flag = option->flag;

	sshoption_read(&meaning, option);
	if (meaning.effect == SSHOPTION_KEY_FILE)
		flag = 'o';
	words[count++] = sshargs_flag_word(flag);
	if (meaning.effect == SSHOPTION_KEY_FILE)
		words[count++] = "IdentityFile=" RESOLVE_KEY_FILE;
	else if (meaning.effect == SSHOPTION_CERTIFICATE_FILE)
		words[count++] = "CertificateFile=" RESOLVE_KEY_FILE;
	else if (option->value != NULL)
		words[count++] = option->value;
	return count;
}

/*
 * The command line as ssh -G ..., from its parts. Flags are separate from their
 * values, which ssh reads in the same way. The order is kept, since the first
 * user and port count. Null without memory. The words are borrowed, and the
 * caller owns the array.
 */
static char **
build_argv(const struct resolve_request *request, const char *config_file)
{
	const struct sshargs *args = request->args;
	const struct sshargs_option *option;
	const char **words;
	size_t count = 0, i;

	words = calloc(args->option_count * 2 + 8, sizeof(*words));
	if (words == NULL)
		return NULL;
	words[count++] = request->ssh;
	words[count++] = "-G";
	if (config_file != NULL) {
		words[count++] = "-F";
		words[count++] = config_file;
	}
	for (i = 0; i <= args->option_count; i++) {
		if (i == args->options_before_destination) {
			if (i == args->option_count)
				words[count++] = "--";
			words[count++] = args->destination;
		}
		if (i == args->option_count)
			break;
		option = &args->options[i];
		if (is_left_out(request, option, config_file))
			continue;
		count = add_option(words, count, option);
	}
	return (char **)words;
}

static int
run(struct text *output, const struct resolve_request *request,
    const char *input)
{
	char **words;
	int status, saved_errno;

	words = build_argv(request, input != NULL ? "/dev/stdin" : NULL);
	if (words == NULL)
		return -1;
	status = child_run(words, input, output, OUTPUT_MAX,
	    deadline_in_ms(request->timeout_ms));
	saved_errno = errno;
	free(words);
	errno = saved_errno;
	if (status == -1)
		return -1;
	if (status != 0)
		return 1;
	if (!text_ok(output)) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

/* A path as a word for Include, which glob must match exactly. */
static void
add_include(struct text *text, const char *path)
{
	text_add(text, "Include \"");
	for (; *path != '\0'; path++) {
		if (strchr("*?[]\\\"", *path) != NULL)
			text_add(text, "\\");
		text_add_bytes(text, path, 1);
	}
	text_add(text, "\"\n");
}

/*
 * Asks again with a file on standard input that includes the real ones and then
 * sets ControlPath. The first setting counts, so the answer has this sentinel
 * only if none was set. Returns 1 for none, 0 if not, -1 if that is unknown.
 */
static int
has_no_control_path(const struct resolve_request *request)
{
	const struct sshargs *args = request->args;
	struct text input, output, user_config;
	const char *config_file = NULL;
	char *absolute = NULL;
	size_t i;
	int result = -1;

	for (i = 0; i < args->option_count; i++)
		if (args->options[i].flag == 'F')
			config_file = args->options[i].value;
	text_init(&input);
	text_init(&output);
	text_init(&user_config);
	if (config_file != NULL) {
		if ((absolute = realpath(config_file, NULL)) != NULL)
			add_include(&input, absolute);
		free(absolute);
	} else {
		text_printf(&user_config, "%s/.ssh/config", request->home);
		add_include(&input, user_config.data);
		add_include(&input, SSH_SYSTEM_CONFIG);
	}
	text_add(&input, "Match all\nControlPath " CONTROL_PATH_SENTINEL "\n");
	if (text_ok(&input) && text_ok(&user_config) &&
	    run(&output, request, input.data) == 0)
		/* A path that was set is printed; "none" is not. */
		result = strstr(output.data, "\ncontrolpath ") == NULL;
	text_free(&input);
	text_free(&output);
	text_free(&user_config);
	return result;
}

int
resolve_ask(const struct resolve_request *request, struct text *sifted,
    char digest[DIGEST_LENGTH + 1])
{
	struct text output;
	int result;

	bool is_set = false;

	text_init(&output);
	result = run(&output, request, NULL);
	if (result == 0) {
		digest_base64(output.data, output.length, digest);
		resolution_sift(sifted, output.data);
		is_set = strstr(output.data, "\ncontrolpath ") != NULL;
	}
	text_free(&output);
	if (result != 0 || is_set || !request->may_have_no_control_path)
		return result;
	if ((result = has_no_control_path(request)) == 1)
		text_add(sifted, RESOLUTION_NO_CONTROL_PATH " yes\n");
	return result == -1 ? -1 : 0;
}
