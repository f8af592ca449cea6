#include "ssh-fast/explain.h"

#include "shared/commands.h"
#include "ssh-fast/lease_words.h"
#include "shared/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void
print_word(const char *word)
{
	if (word[0] != '\0' &&
	    word[strspn(word,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz"
		"0123456789-_=./:@,+%")] == '\0') {
		(void)printf(" %s", word);
		return;
	}
	(void)printf(" '");
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			(void)printf("'\\''");
		else
			(void)putchar(*word);
	}
	(void)printf("'");
}

static void
print_command(const struct run *run, char *const argv[])
{
	int i;

	(void)printf("command:");
	print_word(run->ssh.path);
	for (i = 1; argv[i] != NULL; i++)
		print_word(argv[i]);
	(void)printf("\n");
}

static int
finish_explaining(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	message("cannot write the explanation: %s", strerror(errno));
	return EXIT_OWN_ERROR;
}

int
explain_plain(const struct run *run, const char *reason)
{
	(void)printf("decision: plain ssh, %s\n", reason);
	print_command(run, run->argv);
	return finish_explaining();
}

int
explain_lease(struct run *run)
{
	const struct pool *pool = &run->pool;
	char folder[NAMESPACE_PATH_MAX + 1];
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	bool is_warm = pool->is_open && lease_is_warm_likely(&pool->ns);
	struct lease_words words = {.argv = NULL};
	const char *reason;

	if (!is_warm && pool->endpoint.plain_when_cold != NULL)
		return explain_plain(run, pool->endpoint.plain_when_cold);
	(void)printf("decision: lease, %s\n",
	    is_warm ? "warm: there is a free master to ask"
		    : "cold: ssh will start a master");
	reason = native_reason(run, is_warm);
	(void)printf("client: %s%s%s\n", reason == NULL ? "native" : "ssh",
	    reason != NULL && reason[0] != '\0' ? ", because " : "",
	    reason != NULL ? reason : "");
	(void)printf("folder: %s/%s%s\n", pool->root.path, pool->name,
	    pool->is_open ? "" : " (not made yet)");
	(void)printf("namespace:\n%s", pool->text.data);
	if (pool->text.length > 0 &&
	    pool->text.data[pool->text.length - 1] != '\n')
		(void)printf("\n");
	namespace_path(&pool->root, pool->name, folder);
	(void)snprintf(path, sizeof(path), "%s/c/sXXXXXXXXXXX", folder);
	if (pool->endpoint.in_background)
		lease_words_for_background(run);
	if (lease_words_make(&words, run, path) == 0)
		print_command(run, words.argv);
	return finish_explaining();
}
