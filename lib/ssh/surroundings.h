/*
 * What any program may go by without a word of it on its command line: its
 * environment, its working directory, and the files in which programs for
 * clouds and clusters keep which of them is meant.
 */
#ifndef SURROUNDINGS_H
#define SURROUNDINGS_H

#include "base/text.h"

/* A fact for each variable, with the digest of its value, but those that never matter. */
void surroundings_add_environment(struct text *text);

/*
 * The same of the variables that the patterns name, up to a null: a name, or
 * the beginning of one and "*".
 */
void surroundings_add_variables(struct text *text, const char *const *patterns);

/* The working directory, and what its hidden files are. */
void surroundings_add_folder(struct text *text);

/* Files in the home directory that say which cloud, cluster or host is meant. */
void surroundings_add_contexts(struct text *text);

#endif
