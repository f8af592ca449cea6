/* All names in a folder, in order: for those who look and clean. */
#ifndef LISTING_H
#define LISTING_H

#include <stdbool.h>
#include <stddef.h>

struct listing {
	char **names; /* sorted, each once */
	size_t count, room;
};

/* An empty listing; listing_free() is owed in the end. */
void listing_init(struct listing *listing);
void listing_free(struct listing *listing);

/*
 * Adds the names in the folder, but for "." and "..", which has a position of
 * its own: dir_fd's stays. -1 as dir_fd is a folder without names. 0, or -1
 * with errno and some of the names.
 */
int listing_read(struct listing *listing, int dir_fd);

/* Sorts what has been added and drops what is there twice. */
void listing_settle(struct listing *listing);

/* Whether a settled listing holds the name. */
bool listing_has(const struct listing *listing, const char *name);

#endif
