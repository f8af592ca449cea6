/* Which file it is that a path leads to, and in which state. */
#ifndef FILEID_H
#define FILEID_H

#include <stdbool.h>
#include <sys/stat.h>

enum { FILEID_SIZE = 96 };

/*
 * Device, inode, size and time of the last change, as text: another file, or
 * other content, has another one.
 */
void fileid_print(char id[FILEID_SIZE], const struct stat *st);

/*
 * The same of what the path leads to, through links; "absent" where there is
 * nothing. True where it is a plain file.
 */
bool fileid_look(char id[FILEID_SIZE], const char *path);

#endif
