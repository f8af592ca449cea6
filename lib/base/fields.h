/*
 * Lines that one program writes for another: "key=value" with tabs between,
 * each value escaped as text_add_escaped() does it.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "base/text.h"

/* Adds a field to the line; nothing where value is null. */
void fields_add(struct text *line, const char *key, const char *value);

/* Ends the line, also one without a field. */
void fields_end(struct text *line);

/*
 * Takes the next field off the line, which has no newline, and unescapes it
 * in place. Returns 1; 0 at the end of the line; -1 where it is garbled.
 */
int fields_next(char **line, const char **key, const char **value);

#endif
