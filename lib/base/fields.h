/*
 * Lines from one program to another: "key=value", separated by tabs. Each value
 * is escaped by text_add_escaped().
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "base/text.h"

/* Adds a field to the line, or nothing if value is null. */
void fields_add(struct text *line, const char *key, const char *value);

/* Ends the line, even if it has no field. */
void fields_end(struct text *line);

/*
 * Takes the next field off the line, which has no newline, and unescapes it in
 * place. Returns 1; 0 at the end of the line; -1 if it is malformed.
 */
int fields_next(char **line, const char **key, const char **value);

#endif
