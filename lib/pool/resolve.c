#include "pool/resolve.h"

#include "platform/child.h"
#include "base/deadline.h"
#include "ssh/sshsettings.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	OUTPUT_MAX = 1 << 20,
};

/* A path that no configuration holds by chance. */
#define CONTROL_PATH_SENTINEL "/ssh-fast/no-control-path-was-set"

/* -E would have ssh -G open the log, and -y speak to syslog. */
static bool
is_left_out(const struct resolution_request *request,
    const struct sshargs_option *option, const char *config_file)
{
	return sshoption_is_session(option) || option->flag == 'E' ||
	    option->flag == 'y' ||
	    (request->restrictions == RESOLUTION_WITHOUT_RESTRICTIONS &&
		sshoption_restricts(option) != 0) ||
	    (config_file != NULL && option->flag == 'F');
}

/*
 * The command line again, as ssh -G ..., from its parts: flags apart from
 * their values, which means the same to ssh, and in the same order before and
 * behind the destination, since of users and ports the first one counts. Null
 * without memory; the words are borrowed, the array is the caller's.
 */
static char **
build_argv(const struct resolution_request *request, const char *config_file)
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
		words[count++] = sshargs_flag_word(option->flag);
		if (option->value != NULL)
			words[count++] = option->value;
	}
	return (char **)words;
}

static int
run(struct text *output, const struct resolution_request *request,
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

/* Settings that are kept as they are. */
static const struct {
	const char *keyword;
	size_t field; /* of struct resolution */
	const char
	    *unset; /* the value that means that there is none, or null */
} kept_settings[] = {
    {"user", offsetof(struct resolution, user), NULL},
    {"hostname", offsetof(struct resolution, hostname), NULL},
    {"port", offsetof(struct resolution, port), NULL},
    {"hostkeyalias", offsetof(struct resolution, host_key_alias), NULL},
    {"userknownhostsfile", offsetof(struct resolution, user_known_hosts), NULL},
    {"globalknownhostsfile", offsetof(struct resolution, global_known_hosts),
	NULL},
    {"proxyjump", offsetof(struct resolution, jump), "none"},
    {"proxycommand", offsetof(struct resolution, jump), "none"},
};

/* Settings that ask for more than a session, unless they have such a value. */
static const struct {
	const char *keyword;
	const char *harmless[2];
	unsigned int asks; /* the CARRIES_ bit */
	const char *plain_reason; /* why not to lease then, or null */
} wishes[] = {
    {"forwardagent", {"no", NULL}, CARRIES_AGENT, NULL},
    {"forwardx11", {"no", NULL}, CARRIES_X11, NULL},
    {"permitlocalcommand", {"no", NULL}, CARRIES_LOCAL_COMMAND, NULL},
    {"localforward", {NULL, NULL}, CARRIES_FORWARDINGS,
	"LocalForward in the configuration"},
    {"remoteforward", {NULL, NULL}, CARRIES_FORWARDINGS,
	"RemoteForward in the configuration"},
    {"dynamicforward", {NULL, NULL}, CARRIES_FORWARDINGS,
	"DynamicForward in the configuration"},
    {"tunnel", {"false", "no"}, 0, "Tunnel in the configuration"},
    {"sessiontype", {"default", "subsystem"}, 0,
	"SessionType none in the configuration"},
    {"forkafterauthentication", {"no", NULL}, 0,
	"ForkAfterAuthentication in the configuration"},
};

static void
keep_setting(
    struct resolution *resolution, const char *keyword, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(kept_settings) / sizeof(*kept_settings); i++) {
		if (strcmp(kept_settings[i].keyword, keyword) != 0 ||
		    (kept_settings[i].unset != NULL &&
			strcmp(kept_settings[i].unset, value) == 0))
			continue;
		*(const char **)((char *)resolution + kept_settings[i].field) =
		    value;
	}
}

static void
note_wish(struct resolution *resolution, const char *keyword, const char *value)
{
	const char *const *harmless;
	size_t i;

	for (i = 0; i < sizeof(wishes) / sizeof(*wishes); i++) {
		harmless = wishes[i].harmless;
		if (strcmp(wishes[i].keyword, keyword) != 0 ||
		    (harmless[0] != NULL && strcmp(harmless[0], value) == 0) ||
		    (harmless[1] != NULL && strcmp(harmless[1], value) == 0))
			continue;
		resolution->asks |= wishes[i].asks;
		if (resolution->plain_reason == NULL)
			resolution->plain_reason = wishes[i].plain_reason;
	}
}

static void
read_output(struct resolution *resolution)
{
	char *at = resolution->output.data, *line, *value;
	bool has_local_command = false;

	while ((line = at) != NULL && *line != '\0') {
		if ((at = strchr(line, '\n')) != NULL)
			*at++ = '\0';
		if ((value = strchr(line, ' ')) == NULL)
			continue;
		*value++ = '\0';
		if (strcmp(line, "localcommand") == 0)
			has_local_command = true;
		keep_setting(resolution, line, value);
		note_wish(resolution, line, value);
		if (sshsettings_is_one(line))
			text_printf(
			    &resolution->session, "%s %s\n", line, value);
	}
	if (!has_local_command)
		resolution->asks &= ~(unsigned int)CARRIES_LOCAL_COMMAND;
	else if ((resolution->asks & CARRIES_LOCAL_COMMAND) != 0 &&
	    resolution->plain_reason == NULL)
		resolution->plain_reason = "LocalCommand in the configuration";
}

/* A path as a word for Include, where glob must find just that. */
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
 * Asks again with a file that includes the real ones and then sets a
 * ControlPath: ssh takes the first it meets, so the sentinel comes out only
 * where none was set. The file comes on standard input. 1 none, 0 not, -1
 * could not be found out.
 */
static int
has_no_control_path(const struct resolution_request *request)
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
		/* Where it was set to a path, that comes out; none does not. */
		result = strstr(output.data, "\ncontrolpath ") == NULL;
	text_free(&input);
	text_free(&output);
	text_free(&user_config);
	return result;
}

int
resolution_get(
    struct resolution *resolution, const struct resolution_request *request)
{
	int result;

	memset(resolution, 0, sizeof(*resolution));
	text_init(&resolution->output);
	text_init(&resolution->session);
	if ((result = run(&resolution->output, request, NULL)) != 0) {
		resolution_free(resolution);
		return result;
	}
	digest_base64(resolution->output.data, resolution->output.length,
	    resolution->digest);
	read_output(resolution);
	if (!text_ok(&resolution->session)) {
		resolution_free(resolution);
		errno = ENOMEM;
		return -1;
	}
	if (!request->may_have_no_control_path ||
	    resolution->plain_reason != NULL)
		return 0;
	result = has_no_control_path(request);
	if (result == 1)
		resolution->plain_reason =
		    "ControlPath none in the configuration";
	else if (result == -1)
		resolution->plain_reason =
		    "whether ControlPath is none could not be found out";
	return 0;
}

void
resolution_free(struct resolution *resolution)
{
	text_free(&resolution->output);
	text_free(&resolution->session);
	memset(resolution, 0, sizeof(*resolution));
}
