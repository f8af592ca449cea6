#include "ssh/sshwords.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool
sshwords_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool
sshwords_split(const char *line, size_t length,
    char keyword[SSHWORDS_KEYWORD_MAX], const char **value,
    size_t *value_length)
{
	const char *end = line + length;
	size_t at = 0;

	while (line < end && sshwords_is_blank(*line))
		line++;
	while (end > line && (sshwords_is_blank(end[-1]) || end[-1] == '\n'))
		end--;
	for (; line < end && !sshwords_is_blank(*line) && *line != '=';
	     line++) {
		if (at == SSHWORDS_KEYWORD_MAX - 1)
			return false;
		/*
		 * A quoted keyword is legal but never used. It is not
		 * understood.
		 */
		if (*line == '"' || *line == '#')
			return false;
		keyword[at++] = (char)tolower((unsigned char)*line);
	}
	keyword[at] = '\0';
	if (at == 0)
		return false;
	while (line < end && sshwords_is_blank(*line))
		line++;
	if (line < end && *line == '=')
		for (line++; line < end && sshwords_is_blank(*line);)
			line++;
	*value = line;
	*value_length = (size_t)(end - line);
	return true;
}

enum sshwords_status
sshwords_next(const char **at, const char *end, char *word, size_t size)
{
	size_t length = 0;
	char quote = '\0';

	while (*at < end && sshwords_is_blank(**at))
		(*at)++;
	if (*at >= end || **at == '#')
		return SSHWORDS_END;
	for (; *at < end && (quote != '\0' || !sshwords_is_blank(**at));
	     (*at)++) {
		char c = **at;

		if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			continue;
		}
		if (c == quote && quote != '\0') {
			quote = '\0';
			continue;
		}
		if (c == '\\' && *at + 1 < end &&
		    (strchr("\"'\\", (*at)[1]) != NULL ||
			(quote == '\0' && (*at)[1] == ' ')))
			c = *++(*at);
		if (length + 1 >= size)
			return SSHWORDS_TOO_LONG;
		word[length++] = c;
	}
	word[length] = '\0';
	return SSHWORDS_WORD;
}

bool
sshwords_is_one_of(const char *word, const char *const list[], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasecmp(word, list[i]) == 0)
			return true;
	return false;
}
