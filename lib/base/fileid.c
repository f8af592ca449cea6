#include "base/fileid.h"
#include "base/number.h"

#include <string.h>

/* A number, negative or not, and what stands behind it. */
static char *
add(char *to, long long number, unsigned int base, char behind)
{
	unsigned long long size = (unsigned long long)number;

	if (base == 10 && number < 0) {
		*to++ = '-';
		size = 0 - size;
	}
	to += number_write(to, size, base);
	*to++ = behind;
	return to;
}

void
fileid_print(char id[FILEID_SIZE], const struct stat *st)
{
	char *to = id;

	to = add(to, (long long)st->st_dev, 16, ':');
	to = add(to, (long long)st->st_ino, 16, ' ');
	to = add(to, (long long)st->st_size, 10, ' ');
	to = add(to, (long long)st->st_mtim.tv_sec, 10, '.');
	(void)add(to, st->st_mtim.tv_nsec, 10, '\0');
}

bool
fileid_look(char id[FILEID_SIZE], const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1) {
		memcpy(id, "absent", sizeof("absent"));
		return false;
	}
	fileid_print(id, &st);
	return S_ISREG(st.st_mode);
}
