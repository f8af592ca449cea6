/*
 * The place of a process, as far as it affects the target of a connection, or
 * who can end its master.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "base/text.h"

/* The name of this machine. */
void origin_add_machine(struct text *text);

/*
 * Adds the namespaces of this process, its service, the files and variables of
 * name resolution, and the limits that a master inherits.
 */
void origin_add(struct text *text);

#endif
