#include "ssh-fast/identities.h"

#include "ssh/sshoption.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The value of the option if it is this flag, or -o with this keyword. False
 * also if ssh would have to expand it.
 */
static bool
read_path(const struct sshargs_option *option, char flag, const char *keyword,
    const char *home, char path[PATH_MAX])
{
	struct sshoption meaning;
	const char *value = option->value;
	size_t length;
	bool is_in_home;

	if (option->flag == 'o') {
		sshoption_read(&meaning, option);
		if (strcmp(meaning.keyword, keyword) != 0)
			return false;
		value = meaning.value;
		length = meaning.value_length;
		if (strcspn(value, "%$\\\"'#") < length)
			return false;
	} else if (option->flag == flag) {
		length = strlen(value);
	} else {
		return false;
	}
	is_in_home = length >= 2 && value[0] == '~' && value[1] == '/';
	if ((value[0] == '~' && !is_in_home) ||
	    length + strlen(home) >= PATH_MAX)
		return false;
	(void)snprintf(path, PATH_MAX, "%s%.*s", is_in_home ? home : "",
	    (int)length - is_in_home, value + is_in_home);
	return true;
}

/* The message of ssh, with the errno. */
static void
say(const char *before, const char *path, const char *between, const char *end)
{
	char line[PATH_MAX + 128];

	(void)snprintf(line, sizeof(line), "%s%s%s%s%s", before, path, between,
	    strerror(errno), end);
	if (write(STDERR_FILENO, line, strlen(line)) == -1)
		errno = 0; /* nobody to tell */
}

void
identities_warn(const struct sshargs *args, const char *home, bool tells_more)
{
	/* The keys of an agent come first, and one may be accepted. */
	bool comes_to_it = tells_more && getenv("SSH_AUTH_SOCK") == NULL;
	const struct sshargs_option *option;
	char path[PATH_MAX];
	struct stat st;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		option = &args->options[i];
		if (!read_path(option, 'i', "identityfile", home, path) ||
		    (option->flag == 'o' && strcmp(path, "none") == 0))
			continue;
		if (stat(path, &st) == 0)
			comes_to_it = false; /* the login ends with this one */
		else if (option->flag == 'i')
			say("Warning: Identity file ", path,
			    " not accessible: ", ".\n");
		else if (comes_to_it)
			say("no such identity: ", path, ": ", "\r\n");
	}
}

static bool
is_elf(const char *path)
{
	static const char magic[] = "\177ELF";
	char bytes[sizeof(magic) - 1];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool is;

	if (fd == -1)
		return false;
	is = read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes) &&
	    memcmp(bytes, magic, sizeof(bytes)) == 0;
	(void)close(fd);
	return is;
}

bool
identities_have_bad_provider(const struct sshargs *args)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < args->option_count; i++)
		if (read_path(
			&args->options[i], 'I', "pkcs11provider", "", path) &&
		    strcmp(path, "none") != 0 && !is_elf(path))
			return true;
	return false;
}
