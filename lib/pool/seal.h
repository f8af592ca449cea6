/*
 * Keeps lines of ssh -G that contain secrets: values of SetEnv and of
 * variables, and words of programs. Only a later run that knows the same
 * secrets can read them. The key consists of the halves of their digests that
 * are written nowhere.
 */
#ifndef SEAL_H
#define SEAL_H

#include "base/text.h"
#include "pool/endpoint.h"

/* Adds the lines, and seals those with secrets. */
void seal_add(
    struct text *sealed, const char *lines, const struct endpoint *endpoint);

/* Whether any of these lines is sealed. */
bool seal_is_set(const char *lines);

/* Adds the lines in clear. False if they are malformed. */
bool seal_open(
    struct text *lines, const char *sealed, const struct endpoint *endpoint);

#endif
