#include "base/array.h"

#include <stdlib.h>

bool
array_make_room(void **array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room > 0 ? *room * 2 : 64;
	void *more;

	if (count < *room)
		return true;
	if ((more = realloc(*array, wanted * size)) == NULL)
		return false;
	*array = more;
	*room = wanted;
	return true;
}
