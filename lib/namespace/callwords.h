/*
 * What a namespace was asked for with, in the words of a command line: two of
 * the same user@host:port are told apart by it.
 */
#ifndef CALLWORDS_H
#define CALLWORDS_H

#include "base/text.h"
#include "namespace/record.h"

/*
 * The destination where it is not the host itself, then the options that shape
 * the connection: "backup -p 47001 -A -o SetEnv=A=1". An empty string where
 * there is nothing to say. The caller's to free(3); null without memory.
 */
char *callwords_make(const struct record *record);

/*
 * Adds what else differs between the texts of two namespaces with the same
 * words: "another key, another folder". Nothing where nothing is known to.
 */
void callwords_add_difference(
    struct text *out, const struct record *one, const char *other_text);

#endif
