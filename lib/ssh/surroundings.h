/*
 * What any program may depend on besides its arguments: its environment, its
 * working directory, and the files in which clients of clouds and clusters keep
 * the current selection.
 */
#ifndef SURROUNDINGS_H
#define SURROUNDINGS_H

#include "base/text.h"

/*
 * Adds a fact for each variable, except those that never matter, with the
 * digest of its value.
 */
void surroundings_add_environment(struct text *text);

/*
 * The same for the variables that match a pattern: a name, or the start of a
 * name and "*". A null ends the patterns.
 */
void surroundings_add_variables(struct text *text, const char *const *patterns);

/* Adds the working directory and the state of its hidden files. */
void surroundings_add_folder(struct text *text);

/* Adds files of the home directory that select a cloud, cluster or host. */
void surroundings_add_contexts(struct text *text);

#endif
