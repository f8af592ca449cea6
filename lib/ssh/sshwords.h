/* The words of a line of ssh's configuration, or of -o. */
#ifndef SSHWORDS_H
#define SSHWORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { SSHWORDS_KEYWORD_MAX = 64, SSHWORDS_VALUE_MAX = 1024 };

/*
 * Splits "keyword value", "keyword=value" or "keyword = value", as ssh does in
 * files and after -o. keyword gets lower case. *value points to the rest,
 * without blanks at its ends. False if there is no keyword or it is too long
 * for ssh.
 */
bool sshwords_split(const char *line, size_t length,
    char keyword[SSHWORDS_KEYWORD_MAX], const char **value,
    size_t *value_length);

/* The blanks between words, for ssh. */
bool sshwords_is_blank(char c);

enum sshwords_status { SSHWORDS_WORD, SSHWORDS_END, SSHWORDS_TOO_LONG };

/*
 * Reads the next word at *at and moves *at past it. The word is plain, or
 * quoted with " or '. A backslash escapes a quote, a blank or itself. size is
 * that of word in bytes.
 */
enum sshwords_status
sshwords_next(const char **at, const char *end, char *word, size_t size);

/* Whether the word is one of count words. Case does not matter. */
bool
sshwords_is_one_of(const char *word, const char *const list[], size_t count);

#endif
