/* The words of a line of ssh's configuration, or of -o. */
#ifndef SSHWORDS_H
#define SSHWORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { SSHWORDS_KEYWORD_MAX = 64, SSHWORDS_VALUE_MAX = 1024 };

/*
 * Splits "keyword value", "keyword=value" or "keyword = value", as ssh takes
 * them in files and behind -o: keyword gets lower case letters, *value points
 * at the rest, without blanks at either end. False when there is no keyword
 * or it is too long for any that ssh knows.
 */
bool sshwords_split(const char *line, size_t length,
    char keyword[SSHWORDS_KEYWORD_MAX], const char **value,
    size_t *value_length);

/* What ssh takes for a blank between words. */
bool sshwords_is_blank(char c);

enum sshwords_status { SSHWORDS_WORD, SSHWORDS_END, SSHWORDS_TOO_LONG };

/*
 * The next word from *at on, which moves behind it: quoted with " or ', with
 * backslash in front of either, of a blank or of itself, or plain. size is
 * that of word in bytes.
 */
enum sshwords_status
sshwords_next(const char **at, const char *end, char *word, size_t size);

/* Whether the word is one of count words, in capitals or not. */
bool
sshwords_is_one_of(const char *word, const char *const list[], size_t count);

#endif
