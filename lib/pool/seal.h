/*
 * Lines of ssh -G that are to be kept, with secrets in some of them: values of
 * SetEnv and of variables, the words of programs. These are written so that
 * only a later run can read them that knows the same secrets: its key is made
 * of the halves of their digests that are written nowhere.
 */
#ifndef SEAL_H
#define SEAL_H

#include "base/text.h"
#include "pool/endpoint.h"

/* Adds the lines, sealed where they have to be. */
void seal_add(
    struct text *sealed, const char *lines, const struct endpoint *endpoint);

/* Whether any of these lines is sealed. */
bool seal_is_set(const char *lines);

/* Adds the lines as they were. False where they are garbled. */
bool seal_open(
    struct text *lines, const char *sealed, const struct endpoint *endpoint);

#endif
