#include "ssh-fast/script.h"

#include <string.h>

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/*
 * The characters between words. Quotes are among them, since they only wrap a
 * word.
 */
static bool
is_between_words(char c)
{
	return is_one_of(c, " \t\n\r;|&(){}<>`\"'");
}

/* Words before a command, for a shell or for the program that they name. */
static bool
comes_before_command(const char *word, size_t length)
{
	static const char *const words[] = {"exec", "command", "builtin", "env",
	    "nohup", "nice", "time", "setsid", "then", "else", "do", "if",
	    "while", "until", "!"};
	const char *slash = memchr(word, '/', length);
	size_t i;

	/* An option of such a word, or a variable set for the command. */
	if (word[0] == '-' || memchr(word, '=', length) != NULL)
		return true;
	for (; slash != NULL; slash = memchr(word, '/', length)) {
		length -= (size_t)(slash + 1 - word);
		word = slash + 1;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == length &&
		    strncmp(words[i], word, length) == 0)
			return true;
	return false;
}

/* NAME in "exec -a NAME", or 5 in "nice -n 5". */
static bool
is_argument_of_option(const char *line, const char *word)
{
	const char *end;

	while (word > line && is_one_of(word[-1], " \t\"'"))
		word--;
	for (end = word; word > line && !is_between_words(word[-1]); word--)
		;
	return end - word == 2 && word[0] == '-';
}

/* Whether the word at this place of its line is a command. */
static bool
is_command(const char *line, const char *word)
{
	const char *end = word, *begin;

	for (;;) {
		while (end > line && is_one_of(end[-1], " \t\"'"))
			end--;
		if (end == line || is_one_of(end[-1], ";|&(){}`"))
			return true;
		for (begin = end; begin > line && !is_between_words(begin[-1]);
		     begin--)
			;
		if (begin == end ||
		    (!comes_before_command(begin, (size_t)(end - begin)) &&
			!is_argument_of_option(line, begin)))
			return false;
		end = begin;
	}
}

/* Whether a comment begins on the line before this place. */
static bool
is_in_comment(const char *line, const char *place)
{
	const char *at;

	for (at = line; at < place; at++)
		if (*at == '#' && (at == line || is_one_of(at[-1], " \t;&|(")))
			return true;
	return false;
}

bool
script_runs(const char *bytes, size_t length, const char *program)
{
	const size_t size = strlen(program);
	const char *end = bytes + length, *line = bytes, *at, *word;

	for (at = bytes; at + size <= end; at++) {
		if (*at == '\n')
			line = at + 1;
		if (memcmp(at, program, size) != 0 ||
		    (at + size < end && !is_between_words(at[size])))
			continue;
		for (word = at; word > line && !is_between_words(word[-1]);
		     word--)
			;
		/* Another name with this end, or a variable that is set. */
		if (word < at &&
		    (at[-1] != '/' ||
			memchr(word, '=', (size_t)(at - word)) != NULL))
			continue;
		if (!is_in_comment(line, word) && is_command(line, word))
			return true;
	}
	return false;
}
