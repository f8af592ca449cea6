#include "base/fileid.h"

#include <stdio.h>

void
fileid_print(char id[FILEID_SIZE], const struct stat *st)
{
	(void)snprintf(id, FILEID_SIZE, "%llx:%llx %lld %lld.%09ld",
	    (unsigned long long)st->st_dev, (unsigned long long)st->st_ino,
	    (long long)st->st_size, (long long)st->st_mtim.tv_sec,
	    (long)st->st_mtim.tv_nsec);
}

bool
fileid_look(char id[FILEID_SIZE], const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1) {
		(void)snprintf(id, FILEID_SIZE, "absent");
		return false;
	}
	fileid_print(id, &st);
	return S_ISREG(st.st_mode);
}
