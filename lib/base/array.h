/* Arrays that grow. */
#ifndef ARRAY_H
#define ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for one more element of that size, in bytes, behind the count
 * elements of the array (null: none yet), which has room for *room. It may
 * move; free(3) ends it. False with errno without memory: it stays as it was.
 */
bool array_make_room(void **array, size_t count, size_t *room, size_t size);

#endif
