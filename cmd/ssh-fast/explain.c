#include "ssh-fast/explain.h"

#include "shared/commands.h"
#include "ssh-fast/explain_pool.h"
#include "ssh-fast/lease_words.h"
#include "ssh-fast/reuse_only.h"
#include "base/facts.h"
#include "base/text.h"
#include "shared/message.h"
#include "ssh/sshoption.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Quoted for a shell: $'...' if escapes are needed. */
static void
print_word(const char *word)
{
	struct text printable;

	if (word[0] != '\0' &&
	    word[strspn(word,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz"
		"0123456789-_=./:@,+%")] == '\0') {
		(void)printf(" %s", word);
		return;
	}
	text_init(&printable);
	text_add_printable(&printable, word);
	if (text_ok(&printable)) {
		(void)fputs(
		    strcmp(printable.data, word) == 0 ? " '" : " $'", stdout);
		for (word = printable.data; *word != '\0'; word++)
			if (*word == '\'')
				(void)fputs(strchr(printable.data, '\\') == NULL
					? "'\\''"
					: "\\'",
				    stdout);
			else
				(void)putchar(*word);
		(void)putchar('\'');
	}
	text_free(&printable);
}

/* The start of a secret value within the word. */
static const char *
find_secret(const struct run *run, const char *word)
{
	const char *end = word + strlen(word);
	struct sshoption meaning;
	size_t i;

	for (i = 0; i < run->args.option_count; i++) {
		const struct sshargs_option *option = &run->args.options[i];

		if (option->value == NULL || option->value < word ||
		    option->value > end)
			continue;
		sshoption_read(&meaning, option);
		if (sshoption_is_secret(option, &meaning))
			return meaning.value;
	}
	return NULL;
}

/* A secret is shown as a digest, as in the namespace text. */
static void
print_argument(const struct run *run, const char *word)
{
	const char *secret = find_secret(run, word);
	char digest[FACTS_DIGEST_LENGTH + 1];
	struct text shown;

	if (secret == NULL) {
		print_word(word);
		return;
	}
	text_init(&shown);
	facts_digest(secret, strlen(secret), digest);
	text_add_bytes(&shown, word, (size_t)(secret - word));
	text_printf(&shown, "(digest %s)", digest);
	if (text_ok(&shown))
		print_word(shown.data);
	text_free(&shown);
}

static void
print_command(const char *what, const struct run *run, char *const argv[])
{
	int i;

	(void)printf("%s:", what);
	print_word(run->ssh.path.data);
	for (i = 1; argv[i] != NULL; i++)
		print_argument(run, argv[i]);
	(void)printf("\n");
}

static int
finish_explaining(const struct run *run)
{
	(void)printf("settings:\n");
	options_print_settings(&run->options,
	    run->settings_path.length > 0 ? run->settings_path.data : "");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	message("cannot write the explanation: %s", strerror(errno));
	return EXIT_OWN_ERROR;
}

/* The run would fail with status 255. */
static void
explain_refusal(const char *reason)
{
	(void)printf("decision: fail, ");
	explain_print(reason);
	(void)printf(", and --reuse-only forbids a login\n");
}

int
explain_plain(const struct run *run, const char *reason)
{
	if (reuse_only_forbids_plain(run)) {
		explain_refusal(reason);
		return finish_explaining(run);
	}
	(void)printf("decision: plain ssh, ");
	explain_print(reason);
	(void)printf("\n");
	print_command("command", run, run->argv);
	return finish_explaining(run);
}

int
explain_lease(struct run *run)
{
	const struct pool *pool = &run->pool;
	char folder[NAMESPACE_PATH_MAX + 1];
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	bool is_warm = pool->is_open && acquire_is_warm_likely(&pool->ns);
	struct lease_words words = {.argv = NULL};

	if (is_warm || !run->options.reuse_only)
		(void)printf("decision: lease, %s\n",
		    is_warm ? "warm: there is a free master to ask"
			    : "cold: a login starts a master");
	else
		explain_refusal("no master is free");
	(void)printf("client: ");
	explain_print(client_words(run));
	(void)printf("\n");
	(void)printf("folder: ");
	explain_print(pool->root.path);
	(void)printf(
	    "/%s%s\n", pool->name, pool->is_open ? "" : " (not made yet)");
	explain_pool_text(run);
	namespace_path(&pool->root, pool->name, folder);
	namespace_socket_path_in(folder, "sXXXXXXXXXXX", path, sizeof(path));
	if (!is_warm && !run->options.reuse_only &&
	    lease_words_make_master(&words, run, path) == 0) {
		print_command("login", run, words.argv);
		free(words.argv);
	}
	if (pool->endpoint.in_background)
		lease_words_for_background(run);
	if (lease_words_make(&words, run, path) == 0)
		print_command("command", run, words.argv);
	explain_pool_others(run);
	return finish_explaining(run);
}
