/*
 * What the fuzzers share. Each is one file, NAME.c, with inputs to start from
 * in corpus/NAME. Built with libFuzzer (make fuzz) it looks for inputs by
 * itself. With -DREPLAY it runs the files and folders of files that it is
 * given, and then COUNT inputs that it makes up: those with some bytes changed,
 * or what a fuzzer with a MAKE_UP of its own makes.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FUZZ_INPUT_MAX = 32768 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
check(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/*
 * The next part of the input, up to a NUL, as a string of its own, so that
 * reading beyond it is seen. Null behind the last.
 */
static inline char *
fuzz_next_string(const uint8_t **data, size_t *size)
{
	const uint8_t *end;
	size_t length;
	char *string;

	if (*size == 0)
		return NULL;
	end = memchr(*data, '\0', *size);
	length = end != NULL ? (size_t)(end - *data) : *size;
	string = malloc(length + 1);
	check(string != NULL, "there is memory");
	memcpy(string, *data, length);
	string[length] = '\0';
	if (end != NULL)
		length++;
	*data += length;
	*size -= length;
	return string;
}

static char fuzz_folder_path[256];

static inline void
fuzz_remove_folder(void)
{
	char command[sizeof(fuzz_folder_path) + 16];

	(void)snprintf(
	    command, sizeof(command), "rm -rf '%s'", fuzz_folder_path);
	if (system(command) != 0)
		fprintf(stderr, "%s is left\n", fuzz_folder_path);
}

/* A folder of this process's own, removed in the end. */
static inline const char *
fuzz_folder(void)
{
	const char *parent = getenv("TMPDIR");

	if (fuzz_folder_path[0] != '\0')
		return fuzz_folder_path;
	(void)snprintf(fuzz_folder_path, sizeof(fuzz_folder_path),
	    "%s/fuzz.XXXXXX", parent != NULL ? parent : "/tmp");
	check(mkdtemp(fuzz_folder_path) != NULL, "a folder can be made");
	check(atexit(fuzz_remove_folder) == 0, "it will be removed");
	return fuzz_folder_path;
}

/* A file of that name in that folder with those bytes, and no others. */
static inline void
fuzz_write_file(int folder, const char *name, const void *bytes, size_t size)
{
	int fd = openat(
	    folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd != -1, "a file can be made");
	check(write(fd, bytes, size) == (ssize_t)size, "and written");
	(void)close(fd);
}

#ifdef REPLAY
enum { FUZZ_SEEDS_MAX = 256 };

static struct fuzz_seed {
	uint8_t *bytes;
	size_t size;
} fuzz_seeds[FUZZ_SEEDS_MAX];
static size_t fuzz_seed_count;

static void
fuzz_replay_file(const char *path)
{
	struct fuzz_seed *seed = &fuzz_seeds[fuzz_seed_count];
	FILE *file = fopen(path, "rb");

	check(file != NULL && fuzz_seed_count + 1 < FUZZ_SEEDS_MAX, path);
	seed->bytes = malloc(FUZZ_INPUT_MAX);
	check(seed->bytes != NULL, "there is memory");
	seed->size = fread(seed->bytes, 1, FUZZ_INPUT_MAX, file);
	(void)fclose(file);
	fuzz_seed_count++;
	LLVMFuzzerTestOneInput(seed->bytes, seed->size);
}

static void
fuzz_replay(const char *path)
{
	struct dirent **found;
	char file[4096];
	int count = scandir(path, &found, NULL, alphasort), i;

	if (count == -1) {
		fuzz_replay_file(path);
		return;
	}
	for (i = 0; i < count; i++) {
		(void)snprintf(
		    file, sizeof(file), "%s/%s", path, found[i]->d_name);
		if (found[i]->d_name[0] != '.')
			fuzz_replay_file(file);
		free(found[i]);
	}
	free(found);
}

#ifndef MAKE_UP
#define MAKE_UP fuzz_make_up

static const struct fuzz_seed *
fuzz_any_seed(void)
{
	return &fuzz_seeds[(size_t)random() % fuzz_seed_count];
}

/* Puts size bytes in the place of gone ones. */
static size_t
fuzz_splice(uint8_t *bytes, size_t length, size_t at, size_t gone,
    const uint8_t *from, size_t size)
{
	if (length - gone + size > FUZZ_INPUT_MAX)
		return length;
	memmove(bytes + at + size, bytes + at + gone, length - at - gone);
	memcpy(bytes + at, from, size);
	return length - gone + size;
}

/* One of the seeds with some bytes changed, taken out, or from another. */
static size_t
fuzz_make_up(uint8_t *bytes, size_t room)
{
	const struct fuzz_seed *seed;
	size_t length, at, gone, from, changes = (size_t)random() % 8;
	uint8_t byte;

	check(fuzz_seed_count > 0, "there are inputs to start from");
	seed = fuzz_any_seed();
	length = seed->size < room ? seed->size : room;
	memcpy(bytes, seed->bytes, length);
	for (; changes > 0; changes--) {
		at = (size_t)random() % (length + 1);
		gone = (size_t)random() % (length - at + 1) % 16;
		byte = (uint8_t)random();
		seed = fuzz_any_seed();
		from = (size_t)random() % (seed->size + 1);
		if (random() % 2 == 0)
			length =
			    fuzz_splice(bytes, length, at, gone > 0, &byte, 1);
		else
			length = fuzz_splice(bytes, length, at, gone,
			    seed->bytes + from,
			    (size_t)random() % (seed->size - from + 1) % 64);
	}
	return length;
}
#else
static size_t MAKE_UP(uint8_t *bytes, size_t room);
#endif

int
main(int argc, char *argv[])
{
	static uint8_t bytes[FUZZ_INPUT_MAX];
	long count = 0;
	int i;

	for (i = 1; i < argc; i++)
		if (strspn(argv[i], "0123456789") == strlen(argv[i]))
			count = atol(argv[i]);
		else
			fuzz_replay(argv[i]);
	srandom(1);
	for (; count > 0; count--)
		LLVMFuzzerTestOneInput(bytes, MAKE_UP(bytes, sizeof(bytes)));
	for (; fuzz_seed_count > 0; fuzz_seed_count--)
		free(fuzz_seeds[fuzz_seed_count - 1].bytes);
	printf("nothing found\n");
	return 0;
}
#endif
#endif
