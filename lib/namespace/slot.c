#include "namespace/slot.h"

#include <string.h>

/*
 * Eleven letters hold 66 bits, so that the last one of 64 bits is a multiple of
 * four: these are the others.
 */
static const char letters[] =
    "BCDFGHJKLNOPRSTVWXZabdefhijlmnpqrtuvxyz1235679-_";

enum { LAST = NAMESPACE_LEASE_NAME_LENGTH - 1 };

void
slot_set(char name[NAMESPACE_LEASE_NAME_SIZE], int slot)
{
	name[LAST] = letters[slot];
}

bool
slot_is_name(const char *name)
{
	return strchr(letters, name[LAST]) != NULL;
}

bool
slot_is_sibling(const char *one, const char *other)
{
	return memcmp(one, other, LAST) == 0;
}

void
slot_master_path(const char *folder, const char *name, char *path, size_t size)
{
	char master[NAMESPACE_LEASE_NAME_SIZE];

	if (slot_is_name(name)) {
		memcpy(master, name, sizeof(master));
		slot_set(master, 0);
		name = master;
	}
	namespace_socket_path_in(folder, name, path, size);
}
