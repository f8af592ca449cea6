#include "ssh/sshargs.h"

#include <stdlib.h>
#include <string.h>

/*
 * The getopt string of ssh. -P was a flag without meaning until 9.3 and takes a
 * value since 9.4. It is listed without one, so the words after it are not
 * reliable.
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
add_option(struct sshargs *args, char *letter, const char *value)
{
	struct sshargs_option *option = &args->options[args->option_count++];

	option->flag = *letter;
	option->value = value;
	option->letter = letter;
}

/*
 * One round of BSD getopt, which OpenSSH includes. It stops at the first
 * operand and never permutes. Returns the index of the first word that was not
 * consumed, or -1 for an error of getopt.
 */
static int
read_options(struct sshargs *args, int index, int argc, char *const argv[])
{
	const char *found;
	char *at;

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
				add_option(args, at, NULL);
				continue;
			}
			if (at[1] != '\0')
				add_option(args, at, at + 1);
			else if (++index < argc)
				add_option(args, at, argv[index]);
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

/* Decodes percent signs in place, as ssh does: "+" is a blank there. */
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
			    (low = hex_digit(string[2])) < 0 || high + low == 0)
				return false;
			*to++ = (char)(high * 16 + low);
			string += 2;
		} else
			*to++ = *string;
	}
	*to = '\0';
	return true;
}

/* A part of the destination. The whole destination fits into the storage. */
static char *
copy(struct sshargs *args, const char *from, size_t length)
{
	char *to = args->storage + args->storage_used;

	memcpy(to, from, length);
	to[length] = '\0';
	args->storage_used += length + 1;
	return to;
}

/* [user[;parameters]@]host[:port]; the host can be in brackets. */
static void
read_uri(struct sshargs *args, const char *rest)
{
	const char *at = strchr(rest, '@'), *end;
	size_t length;

	if (at != NULL) {
		length = strcspn(rest, ";@");
		if (length == 0)
			goto bad;
		args->user = copy(args, rest, length);
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
	/* Only in a URI, ssh removes a final dot from the name. */
	args->host = copy(args, rest,
	    length > 1 && rest[length - 1] == '.' ? length - 1 : length);
	if (*end == ':') {
		length = strspn(end + 1, "0123456789");
		if (length == 0)
			goto bad;
		args->port = copy(args, end + 1, length);
		end += 1 + length;
	}
	if (end[0] == '/' && end[1] == '\0')
		end++;
	if (*end == '\0')
		return;
bad:
	args->status = SSHARGS_BAD;
}

/* The last @ counts, since user names can contain one. */
static void
read_destination(struct sshargs *args, const char *destination)
{
	const char *at;

	args->destination = destination;
	/* No host and user are so long. ssh reports the error. */
	if (strlen(destination) >= SSHARGS_DESTINATION_MAX) {
		args->status = SSHARGS_BAD;
		return;
	}
	if (strncmp(destination, "ssh://", 6) == 0) {
		read_uri(args, destination + 6);
		return;
	}
	if ((at = strrchr(destination, '@')) != NULL) {
		if (at == destination)
			args->status = SSHARGS_BAD;
		args->user =
		    copy(args, destination, (size_t)(at - destination));
		destination = at + 1;
	}
	if (destination[0] == '\0')
		args->status = SSHARGS_BAD;
	args->host = copy(args, destination, strlen(destination));
}

/* Whether the word before index ends the options, by the rule of ssh. */
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

	args->status = SSHARGS_OK;
	args->options = args->inline_options;
	args->option_count = args->options_before_destination = 0;
	args->destination = args->user = args->host = args->port = NULL;
	args->storage_used = 0;
	args->command_index = argc;
	args->has_command = false;
	/* A word cannot have more options than letters. */
	for (i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			room += strlen(argv[i]);
	if (room > SSHARGS_OPTIONS_INLINE &&
	    (args->options = calloc(room, sizeof(*args->options))) == NULL)
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
	read_destination(args, argv[index]);
	if (args->status != SSHARGS_OK)
		return 0;
	index++;
	/* ssh starts getopt again after the host, unless "--" came first. */
	if (!ended_by_dashes(index - 1, 1, argv) && index < argc &&
	    (index = read_options(args, index, argc, argv)) == -1) {
		args->status = SSHARGS_BAD;
		return 0;
	}
	args->command_index = index;
	args->has_command = index < argc;
	return 0;
}

void
sshargs_free(struct sshargs *args)
{
	if (args->options != args->inline_options)
		free(args->options);
	args->options = args->inline_options;
	args->option_count = 0;
}
