/* Arrays that grow. */
#ifndef ARRAY_H
#define ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for one more element after the first count elements. element_size
 * is in bytes, and *room is the number of elements that fit. The array may be
 * null, may move, and is freed by free(3). Returns false with errno without
 * memory, and changes nothing then.
 */
bool array_make_room(void **array, size_t count, size_t *room, size_t size);

#endif
