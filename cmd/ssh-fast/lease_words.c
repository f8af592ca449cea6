#include "ssh-fast/lease_words.h"

#include "ssh/sshmaster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char to_session[] = "-oControlMaster=auto";
static char to_master[] = "-MNTf";

/* Fills in what is ours: words->persist and words->socket. */
static void
make_own(
    struct lease_words *words, const struct run *run, const char *socket_path)
{
	char *to = words->socket;

	(void)snprintf(words->persist, sizeof(words->persist),
	    "-oControlPersist=%d", run->options.persist_secs);
	/* ssh expands the path: "%" is written twice. */
	for (; *socket_path != '\0'; socket_path++) {
		if (*socket_path == '%')
			*to++ = '%';
		*to++ = *socket_path;
	}
	*to = '\0';
}

int
lease_words_make(
    struct lease_words *words, const struct run *run, const char *socket_path)
{
	size_t count = (size_t)run->argc + LEASE_WORDS + 1;
	int i;

	make_own(words, run, socket_path);
	words->argv = words->inline_argv;
	if (count > sizeof(words->inline_argv) / sizeof(*words->argv) &&
	    (words->argv = calloc(count, sizeof(*words->argv))) == NULL)
		return -1;
	words->argv[count - 1] = NULL;
	words->argv[0] = (char *)run->ssh.argv0;
	words->argv[1] = to_session;
	words->argv[2] = words->persist;
	words->argv[3] = (char *)"-S";
	words->argv[4] = words->socket;
	for (i = 1; i < run->argc; i++)
		words->argv[i + LEASE_WORDS] = run->argv[i];
	return 0;
}

int
lease_words_make_master(
    struct lease_words *words, const struct run *run, const char *socket_path)
{
	char *const front[] = {(char *)run->ssh.argv0, to_master,
	    words->persist, (char *)"-S", words->socket, NULL};

	make_own(words, run, socket_path);
	words->argv = sshmaster_words(&run->args, front);
	return words->argv != NULL ? 0 : -1;
}

void
lease_words_for_background(struct run *run)
{
	size_t i;

	for (i = 0; i < run->args.option_count; i++)
		if (run->args.options[i].flag == 'f')
			*run->args.options[i].letter = 'n';
}

bool
lease_words_are_in_front(int argc, char *argv[])
{
	static const char persist[] = "-oControlPersist=";
	const char *slash;

	return argc > LEASE_WORDS &&
	    (strcmp(argv[1], to_session) == 0 ||
		strcmp(argv[1], to_master) == 0) &&
	    strncmp(argv[2], persist, sizeof(persist) - 1) == 0 &&
	    strcmp(argv[3], "-S") == 0 &&
	    (slash = strrchr(argv[4], '/')) != NULL &&
	    namespace_is_lease_name(slash + 1);
}
