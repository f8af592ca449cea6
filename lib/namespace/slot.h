/*
 * The names of leases that share a master. Each is a slot of it: a lease of its
 * own, with a lock file of its own, and with a hard link to the master's socket
 * as its c/NAME. The names differ in their last letter alone, which is none that
 * the name of an exclusive lease, 64 random bits, can end with.
 */
#ifndef SLOT_H
#define SLOT_H

#include "namespace/namespace.h"

#include <stdbool.h>

enum { SLOT_COUNT_MAX = 32 };

/* Makes name, of any slot or random, that of this slot, from 0 on. */
void slot_set(char name[NAMESPACE_LEASE_NAME_SIZE], int slot);

/* Whether the name of a lease is that of a slot. */
bool slot_is_name(const char *name);

/* Whether two names are of slots of one master. */
bool slot_is_sibling(const char *one, const char *other);

/*
 * The path at which the master of that lease listens, as /proc has it; that of
 * slot 0, for all of them. size bytes, for a namespace's folder.
 */
void
slot_master_path(const char *folder, const char *name, char *path, size_t size);

#endif
