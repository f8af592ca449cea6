/*
 * Prints the SHA-256 of the first LENGTH bytes of standard input, in hex, a
 * line for each LENGTH; without one, of all of it.
 *
 *   digest [LENGTH...]
 */
#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>

static void
print(const unsigned char *bytes, size_t length)
{
	unsigned char sum[DIGEST_SIZE];
	size_t i;

	digest_sha256(bytes, length, sum);
	for (i = 0; i < sizeof(sum); i++)
		(void)printf("%02x", sum[i]);
	(void)putchar('\n');
}

int
main(int argc, char *argv[])
{
	enum { SIZE = 4 * 1024 * 1024 };
	unsigned char *bytes = malloc(SIZE);
	size_t size, length;
	int i;

	if (bytes == NULL)
		return 1;
	size = fread(bytes, 1, SIZE, stdin);
	if (argc == 1)
		print(bytes, size);
	for (i = 1; i < argc; i++) {
		length = strtoul(argv[i], NULL, 10);
		if (length > size)
			return 1;
		print(bytes, length);
	}
	free(bytes);
	return 0;
}
