#include "namespace/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
listing_init(struct listing *listing)
{
	memset(listing, 0, sizeof(*listing));
}

void
listing_free(struct listing *listing)
{
	size_t i;

	for (i = 0; i < listing->count; i++)
		free(listing->names[i]);
	free(listing->names);
	listing_init(listing);
}

static int
add(struct listing *listing, const char *name)
{
	size_t room = listing->room > 0 ? listing->room * 2 : 32;
	char **names;

	if (listing->count == listing->room) {
		names = realloc(listing->names, room * sizeof(*names));
		if (names == NULL)
			return -1;
		listing->names = names;
		listing->room = room;
	}
	if ((listing->names[listing->count] = strdup(name)) == NULL)
		return -1;
	listing->count++;
	return 0;
}

int
listing_read(struct listing *listing, int dir_fd)
{
	const struct dirent *entry;
	DIR *folder;
	int fd, result = 0;

	if (dir_fd == -1)
		return 0;
	fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if ((folder = fdopendir(fd)) == NULL) {
		(void)close(fd);
		return -1;
	}
	for (;;) {
		errno = 0;
		if ((entry = readdir(folder)) == NULL)
			break;
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    add(listing, entry->d_name) == -1)
			break;
	}
	if (errno != 0)
		result = -1;
	(void)closedir(folder);
	return result;
}

static int
compare_names(const void *a, const void *b)
{
	char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

void
listing_settle(struct listing *listing)
{
	size_t kept = 0, i;

	if (listing->count == 0)
		return;
	qsort(listing->names, listing->count, sizeof(*listing->names),
	    compare_names);
	for (i = 0; i < listing->count; i++) {
		if (kept > 0 &&
		    strcmp(listing->names[kept - 1], listing->names[i]) == 0)
			free(listing->names[i]);
		else
			listing->names[kept++] = listing->names[i];
	}
	listing->count = kept;
}

bool
listing_has(const struct listing *listing, const char *name)
{
	return listing->count > 0 &&
	    bsearch(&name, listing->names, listing->count,
		sizeof(*listing->names), compare_names) != NULL;
}
