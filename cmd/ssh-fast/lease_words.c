#include "ssh-fast/lease_words.h"

#include "ssh/sshmaster.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char to_session[] = "-oControlMaster=auto";
static char to_master[] = "-MNTf";

/* Fills in our own words: words->persist and words->socket. */
static void
make_own(
    struct lease_words *words, const struct run *run, const char *socket_path)
{
	const int max_age_secs = run->options.max_age_secs;
	int persist_secs = run->options.persist_secs;
	char *to = words->socket;

	/* A master that is too old is not used any more. */
	if (max_age_secs > 0 && persist_secs > max_age_secs)
		persist_secs = max_age_secs;
	(void)snprintf(words->persist, sizeof(words->persist),
	    "-oControlPersist=%d", persist_secs);
	/* ssh expands the path: "%" is written twice. */
	for (; *socket_path != '\0'; socket_path++) {
		if (*socket_path == '%')
			*to++ = '%';
		*to++ = *socket_path;
	}
	*to = '\0';
}

/*
 * The number of words of a -i with a missing file at this index, or 0. ssh
 * warns of it when it reads it, and the login of this run has done so.
 */
static int
count_said(const struct run *run, int index)
{
	size_t i;

	for (i = 0; i < run->args.option_count; i++) {
		const struct sshargs_option *option = &run->args.options[i];

		if (option->flag == 'i' && option->value[0] != '~' &&
		    option->letter == run->argv[index] + 1 &&
		    access(option->value, F_OK) == -1)
			return option->value == option->letter + 1 ? 1 : 2;
	}
	return 0;
}

int
lease_words_make(
    struct lease_words *words, const struct run *run, const char *socket_path)
{
	size_t count = (size_t)run->argc + LEASE_WORDS + 2;
	char **to;
	int i;

	make_own(words, run, socket_path);
	words->argv = words->inline_argv;
	if (count > sizeof(words->inline_argv) / sizeof(*words->argv) &&
	    (words->argv = calloc(count, sizeof(*words->argv))) == NULL)
		return -1;
	to = words->argv;
	*to++ = (char *)run->ssh.argv0;
	*to++ = to_session;
	*to++ = words->persist;
	*to++ = (char *)"-S";
	*to++ = words->socket;
	/* If the master ends now, ssh connects by itself, but cannot log in. */
	if (run->options.reuse_only)
		*to++ = (char *)"-oPreferredAuthentications=none";
	for (i = 1; i < run->argc; i++) {
		int said = run->has_logged_in ? count_said(run, i) : 0;

		if (said == 0)
			*to++ = run->argv[i];
		else
			i += said - 1;
	}
	*to = NULL;
	return 0;
}

int
lease_words_make_master(
    struct lease_words *words, const struct run *run, const char *socket_path)
{
	char folder[PATH_MAX];
	char *const front[] = {(char *)run->ssh.argv0, to_master,
	    words->persist, (char *)"-S", words->socket,
	    run->is_unattended ? (char *)"-oBatchMode=yes" : NULL, NULL};

	make_own(words, run, socket_path);
	words->stays_in_folder = run->pool.needs_folder ||
	    sshmaster_needs_folder(&run->args) ||
	    getcwd(folder, sizeof(folder)) == NULL;
	words->argv = sshmaster_words(
	    &run->args, front, words->stays_in_folder ? NULL : folder);
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
