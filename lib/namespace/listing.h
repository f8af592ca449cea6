/* All names in a folder, sorted, to show or clean it. */
#ifndef LISTING_H
#define LISTING_H

#include <stdbool.h>
#include <stddef.h>

struct listing {
	char **names; /* sorted, each once */
	size_t count, room;
};

/* Makes an empty listing. The caller calls listing_free(). */
void listing_init(struct listing *listing);
void listing_free(struct listing *listing);

/*
 * Adds the names in the folder, except "." and "..". The position of dir_fd
 * does not change. A dir_fd of -1 is a folder without names. Returns 0, or -1
 * with errno and some of the names.
 */
int listing_read(struct listing *listing, int dir_fd);

/* Sorts the names and removes duplicates. */
void listing_settle(struct listing *listing);

/* Whether a settled listing has this name. */
bool listing_has(const struct listing *listing, const char *name);

#endif
