/*
 * Where a connection is made from, as far as that decides where it leads, or
 * who can end its master.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "base/text.h"

/* The name of this machine. */
void origin_add_machine(struct text *text);

/*
 * The spaces that this process lives in, the service that it belongs to, the
 * files and variables by which names lead to hosts, and what a master keeps of
 * the process that starts it.
 */
void origin_add(struct text *text);

#endif
