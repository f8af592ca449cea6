/*
 * The words of the command line that distinguish namespaces with the same
 * user@host:port.
 */
#ifndef CALLWORDS_H
#define CALLWORDS_H

#include "base/text.h"
#include "namespace/record.h"

/*
 * The destination if it is not the host itself, then the options that affect
 * the connection: "backup -p 47001 -A -o SetEnv=A=1". An empty string if there
 * are none. The caller frees it by free(3). Null without memory.
 */
char *callwords_make(const struct record *record);

/*
 * Adds the other differences between two namespaces with the same words:
 * "another key, another folder". Adds nothing if none is known.
 */
void callwords_add_difference(
    struct text *out, const struct record *one, const char *other_text);

#endif
