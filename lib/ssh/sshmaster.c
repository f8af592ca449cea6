#include "ssh/sshmaster.h"

#include "ssh/sshoption.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

bool
sshmaster_wants(const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	switch (meaning.effect) {
	case SSHOPTION_SESSION:
		/* These control the messages and questions of the login. */
		return option->flag == 'q' ||
		    strcmp(meaning.keyword, "loglevel") == 0 ||
		    strcmp(meaning.keyword, "batchmode") == 0;
	case SSHOPTION_BACKGROUND:
	case SSHOPTION_STDIO_FORWARD:
		return false;
	default:
		return true;
	}
}

/* Only -F takes "none", and only -i takes "~". */
static bool
is_from_folder(const struct sshargs_option *option)
{
	const char *name = option->value;

	if (option->flag == 'F')
		return name[0] != '/' && strcasecmp(name, "none") != 0;
	return option->flag == 'i' && name[0] != '/' && name[0] != '~';
}

/*
 * Whether ssh reads the key without a message: it exists, others cannot read
 * it, and its first bytes show that it has no passphrase.
 */
static bool
is_quiet_key(const char *path)
{
	static const char without_passphrase[] =
	    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
	    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
	char bytes[sizeof(without_passphrase) - 1];
	struct stat st;
	ssize_t got = -1;
	int fd;

	fd = openat(
	    AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		got = read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	return got == (ssize_t)sizeof(bytes) &&
	    memcmp(bytes, without_passphrase, sizeof(bytes)) == 0;
}

bool
sshmaster_needs_folder(const struct sshargs *args)
{
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		const struct sshargs_option *option = &args->options[i];

		if (!is_from_folder(option))
			continue;
		if (option->flag == 'i' ? !is_quiet_key(option->value)
					: access(option->value, R_OK) == -1)
			return true;
	}
	return false;
}

/* The words so far: where the next word and the next name go. */
struct composing {
	const struct sshargs *args;
	const char *folder; /* or null */
	char **to;
	char *name;
};

static char *
put_in_folder(struct composing *composing, const char *name)
{
	char *begin = composing->name;

	composing->name = stpcpy(begin, composing->folder);
	composing->name = stpcpy(composing->name, "/");
	composing->name = stpcpy(composing->name, name) + 1;
	return begin;
}

static void
add_options(struct composing *composing, size_t from, size_t until)
{
	size_t i;

	for (i = from; i < until; i++) {
		const struct sshargs_option *option =
		    &composing->args->options[i];

		if (!sshmaster_wants(option))
			continue;
		*composing->to++ = (char *)sshargs_flag_word(option->flag);
		if (option->value == NULL)
			continue;
		*composing->to++ =
		    composing->folder != NULL && is_from_folder(option)
		    ? put_in_folder(composing, option->value)
		    : (char *)option->value;
	}
}

/* The size of the names that put_in_folder() makes, in bytes. */
static size_t
size_of_names(const struct sshargs *args, const char *folder)
{
	size_t size = 0, i;

	if (folder == NULL)
		return 0;
	for (i = 0; i < args->option_count; i++)
		if (is_from_folder(&args->options[i]))
			size += strlen(folder) +
			    strlen(args->options[i].value) + sizeof("/");
	return size;
}

char **
sshmaster_words(
    const struct sshargs *args, char *const front[], const char *folder)
{
	struct composing composing = {.args = args, .folder = folder};
	size_t count = 0, before = args->options_before_destination;
	char **words;

	while (front[count] != NULL)
		count++;
	/* Two words for each option, the destination, and the null. */
	count += 2 * args->option_count + 2;
	words = calloc(1, count * sizeof(*words) + size_of_names(args, folder));
	if (words == NULL)
		return NULL;
	composing.to = words;
	composing.name = (char *)(words + count);
	for (; *front != NULL; front++)
		*composing.to++ = *front;
	add_options(&composing, 0, before);
	*composing.to++ = (char *)args->destination;
	add_options(&composing, before, args->option_count);
	return words;
}
