/* The identity and state of a file. */
#ifndef FILEID_H
#define FILEID_H

#include <stdbool.h>
#include <sys/stat.h>

enum { FILEID_SIZE = 96 };

/*
 * Device, inode, size and time of the last change, as text. It changes if the
 * file or its content does.
 */
void fileid_print(char id[FILEID_SIZE], const struct stat *st);

/*
 * The same for the file that the path leads to, through links; "absent" if
 * there is none. Returns true for a plain file.
 */
bool fileid_look(char id[FILEID_SIZE], const char *path);

#endif
