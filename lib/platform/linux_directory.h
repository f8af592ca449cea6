/* getdents64(2), which has no wrapper everywhere. For linux_*.c alone. */
#ifndef LINUX_DIRECTORY_H
#define LINUX_DIRECTORY_H

#include <stdint.h>

/* What SYS_getdents64 fills a buffer with, one behind the other. */
struct platform_directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short record_length;
	unsigned char type;
	char name[];
};

#endif
