/* getdents64(2), for linux_*.c only. Not every C library has a wrapper. */
#ifndef LINUX_DIRECTORY_H
#define LINUX_DIRECTORY_H

#include <stdint.h>

/* The entries that SYS_getdents64 writes. */
struct platform_directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short record_length;
	unsigned char type;
	char name[];
};

#endif
