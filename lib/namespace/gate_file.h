/* The files in a gate's folder: tickets and places. For gate.c alone. */
#ifndef GATE_FILE_H
#define GATE_FILE_H

#include "namespace/gate.h"

#include <stdbool.h>

/*
 * Opens a file of that name, which must be a plain one of the owner's; flags
 * (O_CREAT, O_EXCL) count beside our own. The descriptor, close-on-exec and the
 * caller's, or -1 with errno.
 */
int gate_file_open(const struct gate *gate, const char *name, int flags);

/* The lock counts only on the file that the name still leads to. */
bool gate_file_is_there(const struct gate *gate, const char *name, int fd);

/* Closes it, unless it is -1, and sets it to -1. */
void gate_file_close(int *fd);

/*
 * The same, and removes it. That is done under its lock, on which
 * gate_file_is_there() relies. It is unlocked, since a child may have a copy of
 * the descriptor.
 */
void gate_file_remove(const struct gate *gate, const char *name, int *fd);

#endif
