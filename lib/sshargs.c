#include "sshargs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * ssh's getopt string. -P was a flag without meaning until 9.3 and takes a
 * value since 9.4: it is listed without one, and whoever meets it must not
 * rely on what follows.
 */
static const char ssh_flags[] = "1246ab:c:e:fgi:kl:m:no:p:qstvx"
				"AB:CD:E:F:GI:J:KL:MNO:PQ:R:S:TVw:W:XYy";

const char *
sshargs_flag_word(char flag)
{
	static char words[128][3];
	char *word = words[(unsigned char)flag & 127];

	word[0] = '-';
	word[1] = flag;
	return word;
}

static void
add_option(struct sshargs *args, char flag, const char *value)
{
	struct sshargs_option *option = &args->options[args->option_count++];

	option->flag = flag;
	option->value = value;
}

/*
 * One round of BSD getopt, which OpenSSH carries along: it stops at the first
 * word that is no option and never permutes. Returns the index of the first
 * word that was not consumed, or -1 for what getopt would complain about.
 */
static int
read_options(struct sshargs *args, int index, int argc, char *const argv[])
{
	const char *at, *found;

	for (; index < argc; index++) {
		at = argv[index];
		if (at[0] != '-' || at[1] == '\0')
			return index;
		if (strcmp(at, "--") == 0)
			return index + 1;
		for (at++; *at != '\0'; at++) {
			if (*at == ':' ||
			    (found = strchr(ssh_flags, *at)) == NULL)
				return -1;
			if (found[1] != ':') {
				add_option(args, *at, NULL);
				continue;
			}
			if (at[1] != '\0')
				add_option(args, *at, at + 1);
			else if (++index < argc)
				add_option(args, *at, argv[index]);
			else
				return -1;
			break;
		}
	}
	return index;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found == NULL ? -1 : (int)((found - digits) % 16);
}

/* Percent-decoding as ssh does it, in place: "+" is a blank there. */
static bool
decode_url(char *string)
{
	char *to = string;
	int high, low;

	for (; *string != '\0'; string++) {
		if (*string == '+')
			*to++ = ' ';
		else if (*string == '%') {
			if ((high = hex_digit(string[1])) < 0 ||
			    (low = hex_digit(string[2])) < 0 ||
			    high + low == 0)
				return false;
			*to++ = (char)(high * 16 + low);
			string += 2;
		} else
			*to++ = *string;
	}
	*to = '\0';
	return true;
}

static int
set_copy(char **to, const char *from, size_t length)
{
	free(*to);
	return (*to = strndup(from, length)) == NULL ? -1 : 0;
}

/* [user[;parameters]@]host[:port], with the host perhaps in brackets. */
static int
read_uri(struct sshargs *args, const char *rest)
{
	const char *at = strchr(rest, '@'), *end;
	size_t length;

	if (at != NULL) {
		length = strcspn(rest, ";@");
		if (length == 0)
			goto bad;
		if (set_copy(&args->user, rest, length) == -1)
			return -1;
		if (!decode_url(args->user))
			goto bad;
		rest = at + 1;
	}
	if (rest[0] == '[') {
		rest++;
		length = strcspn(rest, "]");
		end = rest + length;
		if (*end++ != ']')
			goto bad;
	} else {
		length = strcspn(rest, ":/");
		end = rest + length;
	}
	if (length == 0)
		goto bad;
	if (set_copy(&args->host, rest, length) == -1)
		return -1;
	if (*end == ':') {
		length = strspn(end + 1, "0123456789");
		if (length == 0 || set_copy(&args->port, end + 1, length) == -1)
			goto bad;
		end += 1 + length;
	}
	if (end[0] == '/' && end[1] == '\0')
		end++;
	if (*end == '\0')
		return 0;
bad:
	args->status = SSHARGS_BAD;
	return 0;
}

/* The last @ counts: user names may hold one. */
static int
read_destination(struct sshargs *args, const char *destination)
{
	const char *at;

	args->destination = destination;
	if (strncmp(destination, "ssh://", 6) == 0)
		return read_uri(args, destination + 6);
	if ((at = strrchr(destination, '@')) != NULL) {
		if (at == destination) {
			args->status = SSHARGS_BAD;
			return 0;
		}
		if (set_copy(&args->user, destination,
			(size_t)(at - destination)) == -1)
			return -1;
		destination = at + 1;
	}
	if (destination[0] == '\0')
		args->status = SSHARGS_BAD;
	return set_copy(&args->host, destination, strlen(destination));
}

/* Whether the word before index ends the options, as ssh decides it. */
static bool
ended_by_dashes(int index, int first, char *const argv[])
{
	return index > first && strcmp(argv[index - 1], "--") == 0;
}

int
sshargs_read(struct sshargs *args, int argc, char *const argv[])
{
	size_t room = 1;
	int index, i;

	memset(args, 0, sizeof(*args));
	args->command_index = argc;
	/* No word can hold more options than it has letters. */
	for (i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			room += strlen(argv[i]);
	args->options = calloc(room, sizeof(*args->options));
	if (args->options == NULL)
		return -1;

	if ((index = read_options(args, 1, argc, argv)) == -1) {
		args->status = SSHARGS_BAD;
		return 0;
	}
	args->options_before_destination = args->option_count;
	if (index >= argc) {
		args->status = SSHARGS_NO_DESTINATION;
		return 0;
	}
	if (read_destination(args, argv[index]) == -1) {
		sshargs_free(args);
		return -1;
	}
	index++;
	/* ssh starts getopt anew behind the host, unless "--" came first. */
	if (!ended_by_dashes(index - 1, 1, argv) && index < argc &&
	    (index = read_options(args, index, argc, argv)) == -1) {
		args->status = SSHARGS_BAD;
		return 0;
	}
	args->command_index = index;
	return 0;
}

void
sshargs_free(struct sshargs *args)
{
	free(args->options);
	free(args->user);
	free(args->host);
	free(args->port);
	memset(args, 0, sizeof(*args));
}
