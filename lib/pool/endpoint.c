#include "pool/endpoint.h"

#include "base/facts.h"
#include "pool/origin.h"
#include "pool/shaping.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Not in its caller, which must have a small stack frame. */
static __attribute__((noinline)) void
add_folder(struct text *text)
{
	char folder[PATH_MAX];

	if (getcwd(folder, sizeof(folder)) != NULL)
		facts_add(text, FACT_FOLDER, NULL, folder);
	else
		facts_add(text, FACT_FOLDER, "unknown", "");
}

/* Everything outside of the configuration on which it depends. */
static void
add_references(struct text *text, const struct sshconfig *config)
{
	text_add_bytes(text, config->variables.data, config->variables.length);
	if (config->depends_on_folder)
		add_folder(text);
}

/* Reads the configuration. Returns 0, or -1 without memory. */
static int
read_config(const struct shaping *shaping)
{
	struct endpoint *endpoint = shaping->endpoint;
	struct sshconfig *config = &endpoint->config;

	if (sshconfig_read(config, shaping->config_file, shaping->home) == -1)
		return -1;
	shaping_note_references(shaping, config);
	endpoint->plain_reason = config->doubt;
	/* ssh -G shows only one pass with one result. */
	if (config->mentions_no_control_path &&
	    (config->is_dynamic || config->has_second_pass))
		endpoint->plain_reason =
		    "whether ControlPath is none depends on more than text";
	return 0;
}

/*
 * The text has half of the digest of the configuration; see facts_add_secret().
 */
static void
add_config(struct text *text, struct endpoint *endpoint)
{
	facts_add_bytes(text, FACT_CONFIG, NULL, endpoint->config.digest,
	    FACTS_DIGEST_LENGTH);
	text_add(
	    &endpoint->sealing, endpoint->config.digest + FACTS_DIGEST_LENGTH);
}

static void
compose(struct text *text, const struct shaping *shaping, const char *ssh)
{
	struct endpoint *endpoint = shaping->endpoint;

	facts_add(text, FACT_DESTINATION, NULL, endpoint->host);
	facts_add(text, FACT_USER, NULL, endpoint->user);
	facts_add(text, FACT_PORT, NULL, endpoint->port);
	origin_add_machine(text);
	facts_add(text, FACT_SSH, NULL, ssh);
	add_config(text, endpoint);
	add_references(text, &endpoint->config);
	if (shaping->names_keys)
		facts_add(text, FACT_KEYS, NULL, "named");
	if (shaping->names_certificates)
		facts_add(text, FACT_CERTIFICATES, NULL, "named");
	text_add_bytes(text, shaping->options.data, shaping->options.length);
}

/* Returns false without memory. */
static bool
describe(struct shaping *shaping, const char *ssh)
{
	struct endpoint *endpoint = shaping->endpoint;

	shaping_read(shaping);
	endpoint->host = shaping->args->host;
	if (endpoint->plain_reason != NULL)
		return true;
	if (read_config(shaping) == -1)
		return false;
	compose(&endpoint->shared_text, shaping, ssh);
	return text_ok(&shaping->options) && text_ok(&endpoint->shared_text) &&
	    text_ok(&endpoint->restrictions_text) &&
	    text_ok(&endpoint->sealing);
}

int
endpoint_describe(struct endpoint *endpoint, const struct sshargs *args,
    const struct endpoint_origin *origin)
{
	struct shaping shaping = {
	    .endpoint = endpoint, .args = args, .home = origin->home};
	char storage[1024];
	bool is_described;

	memset(endpoint, 0, sizeof(*endpoint));
	text_init_in(&endpoint->shared_text, endpoint->storage[0],
	    sizeof(endpoint->storage[0]));
	text_init_in(&endpoint->restrictions_text, endpoint->storage[1],
	    sizeof(endpoint->storage[1]));
	text_init_in(&endpoint->sealing, endpoint->sealing_storage,
	    sizeof(endpoint->sealing_storage));
	text_init(&endpoint->config.variables);
	text_init_in(&shaping.options, storage, sizeof(storage));
	is_described = describe(&shaping, origin->ssh);
	text_free(&shaping.options);
	if (is_described)
		return 0;
	endpoint_free(endpoint);
	errno = ENOMEM;
	return -1;
}

void
endpoint_free(struct endpoint *endpoint)
{
	text_free(&endpoint->shared_text);
	text_free(&endpoint->restrictions_text);
	text_free(&endpoint->sealing);
	sshconfig_free(&endpoint->config);
}
