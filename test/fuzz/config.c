/*
 * Feeds bytes to the reader of ssh's configuration: the parts of the input,
 * each ended by a NUL, are a file and three that it may include as one, two
 * and deep/three, in a folder in which there are a pipe and a device as well. Whatever is in them, reading ends, twice with the same result,
 * and no two configurations have the same digest.
 */
#include "fuzz.h"
#include "ssh/sshconfig.h"
#include "ssh/sshwords.h"

#include <ctype.h>
#include <sys/stat.h>

enum { PARTS = 4, SEEN_MAX = 1 << 16 };

static const char *const names[PARTS] = {"config", "one", "two", "deep/three"};

/* ~/.ssh, where Includes start from. */
static int
folder(void)
{
	static int fd = -1;
	char path[300];

	if (fd != -1)
		return fd;
	(void)snprintf(path, sizeof(path), "%s/.ssh", fuzz_folder());
	check(mkdir(path, 0700) == 0, "the folder can be made");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(fd != -1 && mkdirat(fd, "deep", 0700) == 0 &&
		mkfifoat(fd, "pipe", 0600) == 0 &&
		symlinkat("/dev/zero", fd, "zero") == 0 &&
		symlinkat("/proc/version", fd, "kernel") == 0,
	    "it can be filled");
	check(setenv("HOME", fuzz_folder(), 1) == 0 &&
		setenv("SET", "value\n", 1) == 0 && unsetenv("UNSET") == 0,
	    "variables can be set");
	return fd;
}

/* No name leads out of the folder: all around it is not the input's. */
static void
stay_inside(char *string)
{
	char before = ' ';

	for (; *string != '\0'; before = *string++) {
		if (isalnum((unsigned char)before) ||
		    (*string == '/' && strchr("*?~]", before) != NULL))
			continue;
		if (*string == '/' || *string == '.')
			*string = 'x';
	}
}

/* A digest, and one of the files that it is of. */
struct seen {
	char digest[DIGEST_LENGTH + 1];
	char files[DIGEST_LENGTH + 1];
};

/* The same digest is that of the same files. */
static void
check_digest(const char *digest, const char *files)
{
	static struct seen table[SEEN_MAX];
	struct seen *seen;
	uint32_t slot = 5381;
	const char *at;

	for (at = digest; *at != '\0'; at++)
		slot = slot * 33 + (unsigned char)*at;
	seen = &table[slot % SEEN_MAX];
	if (strcmp(seen->digest, digest) == 0)
		check(strcmp(seen->files, files) == 0,
		    "two configurations differ in their digests");
	memcpy(seen->digest, digest, sizeof(seen->digest));
	memcpy(seen->files, files, sizeof(seen->files));
}

static void
check_splitting(const char *string)
{
	char keyword[SSHWORDS_KEYWORD_MAX];
	const char *value = NULL;
	size_t length = strlen(string), value_length = 0, i;

	if (!sshwords_split(string, length, keyword, &value, &value_length))
		return;
	check(keyword[0] != '\0' && strlen(keyword) < sizeof(keyword),
	    "a keyword is neither empty nor too long");
	for (i = 0; keyword[i] != '\0'; i++)
		check(!isupper((unsigned char)keyword[i]), "nor in capitals");
	check(value >= string && value + value_length <= string + length,
	    "the value is in the line");
}

/* All that there is is included; and what the input includes besides. */
static void
write_files(char *parts[PARTS], struct text *all)
{
	struct text config;
	size_t i;

	text_init(&config);
	text_add(&config, "Include one two deep/*\n");
	for (i = 0; i < PARTS; i++) {
		if (i > 0)
			(void)unlinkat(folder(), names[i], 0);
		if (parts[i] == NULL)
			continue;
		stay_inside(parts[i]);
		check_splitting(parts[i]);
		if (i == 0)
			text_add(&config, parts[i]);
		else
			fuzz_write_file(
			    folder(), names[i], parts[i], strlen(parts[i]));
		if (i > 0 || parts[i][0] != '\0')
			text_add_line(all, names[i], parts[i]);
	}
	check(text_ok(&config) && text_ok(all), "there is memory");
	fuzz_write_file(folder(), names[0], config.data, config.length);
	text_free(&config);
}

static void
read_files(const char *files)
{
	struct sshconfig config, again;
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/.ssh/config", fuzz_folder());
	check(sshconfig_read(&config, path, fuzz_folder()) == 0 &&
		sshconfig_read(&again, path, fuzz_folder()) == 0,
	    "there is memory");
	check((config.doubt == NULL) == (again.doubt == NULL) &&
		config.is_dynamic == again.is_dynamic &&
		config.has_second_pass == again.has_second_pass &&
		config.mentions_no_control_path ==
		    again.mentions_no_control_path &&
		config.depends_on_folder == again.depends_on_folder,
	    "read again it means the same");
	if (config.doubt == NULL) {
		check(strcmp(config.digest, again.digest) == 0,
		    "read again it has the same digest");
		check_digest(config.digest, files);
	}
	sshconfig_free(&config);
	sshconfig_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *parts[PARTS], files[DIGEST_LENGTH + 1];
	struct text all;
	size_t i;

	text_init(&all);
	(void)folder();
	for (i = 0; i < PARTS; i++)
		parts[i] = fuzz_next_string(&data, &size);
	write_files(parts, &all);
	digest_base64(all.data, all.length, files);
	read_files(files);
	text_free(&all);
	for (i = 0; i < PARTS; i++)
		free(parts[i]);
	return 0;
}
