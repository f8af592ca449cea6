#include "pool/keyfiles.h"

#include "platform/platform.h"
#include "pool/resolve.h"
#include "ssh/sshoption.h"
#include "ssh/sshsettings.h"
#include "ssh/sshtoken.h"
#include "ssh/sshwords.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/*
	 * From this many names in one folder on, one read of the folder is
	 * cheaper.
	 */
	NAMES_FOR_A_LOOK = 3,
	NAMES_SIZE = 2048, /* of a folder that is worth it */
	FOLDER_SIZE = 256,
	PATH_SIZE = 256, /* longer ones need an allocation */
};

/*
 * A folder and all its names. The defaults of ssh are some thirty names in one
 * folder. Nearly all of them are missing.
 */
struct view {
	char folder[FOLDER_SIZE];
	char names[NAMES_SIZE];
};

/* A walk through the files. */
struct reading {
	struct keyfiles *keyfiles;
	const struct sshargs *args;
	const struct resolution *said;
	struct sshtoken_meaning meaning;
	bool names_certificates;
	const struct view *view; /* or null */
};

void
keyfiles_add_line(struct text *lines, enum fact_kind kind,
    const struct sshkey *key, uint64_t *valid_until)
{
	facts_add(lines, kind, NULL, key->digest);
	/* An expired certificate cannot log in. */
	if (key->valid_until < *valid_until &&
	    key->valid_until > (uint64_t)time(NULL))
		*valid_until = key->valid_until;
}

bool
keyfiles_is_there(const char *name, const char *home)
{
	struct text path;
	char storage[PATH_SIZE];
	struct stat st;
	bool is_there;

	text_init_in(&path, storage, sizeof(storage));
	/* ssh only expands "~" before this check. */
	if (name[0] == '~' && (name[1] == '/' || name[1] == '\0')) {
		text_add(&path, home);
		name++;
	}
	text_add(&path, name);
	is_there =
	    name[0] == '~' || !text_ok(&path) || stat(path.data, &st) == 0;
	text_free(&path);
	return is_there;
}

static bool
is_surely_absent(const struct view *view, const char *path)
{
	const char *slash = strrchr(path, '/'), *name;

	if (view == NULL || slash == NULL ||
	    strncmp(view->folder, path, (size_t)(slash - path)) != 0 ||
	    view->folder[slash - path] != '\0')
		return false;
	for (name = view->names; *name != '\0'; name += strlen(name) + 1)
		if (strcmp(name, slash + 1) == 0)
			return false;
	return true;
}

/* Reads one file that ssh would open; false if it has no key. */
static bool
look(struct reading *reading, const char *path, bool only_certificate,
    struct text *lines)
{
	struct keyfiles *keyfiles = reading->keyfiles;
	struct sshkey key;
	enum sshkey_status status;

	if (is_surely_absent(reading->view, path))
		return false;
	status = sshkey_look(&key, path);
	if (status == SSHKEY_NOT_A_FILE)
		keyfiles->doubt = "a key comes from a pipe";
	if ((status != SSHKEY_FOUND && status != SSHKEY_OPAQUE) ||
	    (only_certificate && !key.is_certificate))
		return false;
	keyfiles_add_line(lines,
	    status != SSHKEY_FOUND		   ? FACT_KEY_FILE
		: lines == &keyfiles->certificates ? FACT_CERTIFICATE
						   : FACT_KEY,
	    &key, &keyfiles->valid_until);
	return true;
}

/* The same for the name with this ending. */
static bool
look_beside(struct reading *reading, struct text *path, const char *ending,
    bool only_certificate, struct text *lines)
{
	size_t length = path->length;
	bool found;

	text_add(path, ending);
	found =
	    text_ok(path) && look(reading, path->data, only_certificate, lines);
	path->data[length] = '\0';
	path->length = length;
	return found;
}

/*
 * Beside a key file, ssh looks for the public key and, if no certificate is
 * named, for one of the same name. The key file and the public key may differ;
 * then both count.
 */
static void
look_at_key_file(struct reading *reading, struct text *path)
{
	struct text *keys = &reading->keyfiles->keys, beside;
	char storage[128];

	(void)look(reading, path->data, false, keys);
	text_init_in(&beside, storage, sizeof(storage));
	if (look_beside(reading, path, ".pub", false, &beside) &&
	    strstr(keys->data, beside.data) == NULL)
		text_add(keys, beside.data);
	text_free(&beside);
	if (!reading->names_certificates &&
	    !look_beside(reading, path, "-cert", true, keys))
		(void)look_beside(reading, path, "-cert.pub", true, keys);
}

/* A file, by the name that ssh got. */
static void
look_at_name(
    struct reading *reading, const char *name, enum sshoption_effect effect)
{
	struct text *certificates = &reading->keyfiles->certificates, path;
	char storage[PATH_SIZE];

	if (strcasecmp(name, "none") == 0 ||
	    strcmp(name, RESOLVE_KEY_FILE) == 0)
		return;
	text_init_in(&path, storage, sizeof(storage));
	if (!sshtoken_expand(&path, name, &reading->meaning))
		reading->keyfiles->doubt = "ssh expands the name of a key file";
	else if (effect != SSHOPTION_CERTIFICATE_FILE)
		look_at_key_file(reading, &path);
	else if (!look(reading, path.data, true, certificates))
		(void)look_beside(reading, &path, ".pub", true, certificates);
	text_free(&path);
}

/* The word after -o. Not in its caller, which must have a small stack frame. */
static __attribute__((noinline)) void
look_at_word(struct reading *reading, const struct sshoption *meaning)
{
	char name[SSHWORDS_VALUE_MAX];
	const char *at = meaning->value;

	if (sshwords_next(&at, at + meaning->value_length, name,
		sizeof(name)) == SSHWORDS_WORD)
		look_at_name(reading, name, meaning->effect);
	else
		reading->keyfiles->doubt =
		    "ssh reads the name of a key file otherwise";
}

/* Files of the command line come first, and replace the defaults. */
static void
look_at_options(struct reading *reading, enum sshoption_effect effect)
{
	const struct sshargs *args = reading->args;
	struct sshoption meaning;
	size_t i;

	for (i = 0; i < args->option_count; i++) {
		sshoption_read(&meaning, &args->options[i]);
		if (meaning.effect != effect)
			continue;
		if (args->options[i].flag == 'o')
			look_at_word(reading, &meaning);
		else if (keyfiles_is_there(
			     meaning.value, reading->meaning.home))
			look_at_name(reading, meaning.value, effect);
	}
}

/*
 * The next value of this keyword. *keyword begins with the pairs of the answer
 * and moves past it. Null after the last.
 */
static const char *
next_value(const char **keyword, const char *wanted)
{
	const char *value, *next;
	bool found;

	while ((next = sshsettings_next(*keyword, &value)) != NULL) {
		found = strcmp(*keyword, wanted) == 0;
		*keyword = next;
		if (found)
			return value;
	}
	return NULL;
}

static void
look_at_settings(
    struct reading *reading, const char *wanted, enum sshoption_effect effect)
{
	const char *at = reading->said->pairs, *value;
	size_t left = effect == SSHOPTION_KEY_FILE
	    ? reading->said->identity_files
	    : reading->said->certificate_files;

	while (left-- > 0 && (value = next_value(&at, wanted)) != NULL)
		look_at_name(reading, value, effect);
}

static void
look_at_all(struct reading *reading)
{
	look_at_options(reading, SSHOPTION_CERTIFICATE_FILE);
	look_at_settings(
	    reading, "certificatefile", SSHOPTION_CERTIFICATE_FILE);
	look_at_options(reading, SSHOPTION_KEY_FILE);
	look_at_settings(reading, "identityfile", SSHOPTION_KEY_FILE);
}

/* Reads the folder of this key; false if that is not worth it. */
static bool
read_view(struct view *view, const struct reading *reading, const char *first)
{
	struct text path;
	char storage[PATH_SIZE], *slash = NULL;
	int fd = -1;
	bool is_read = false;

	text_init_in(&path, storage, sizeof(storage));
	if (sshtoken_expand(&path, first, &reading->meaning) &&
	    (slash = strrchr(path.data, '/')) != NULL &&
	    slash - path.data < FOLDER_SIZE) {
		*slash = '\0';
		memcpy(view->folder, path.data, strlen(path.data) + 1);
		fd = openat(
		    AT_FDCWD, path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd != -1) {
		is_read = platform_names_all(
			      fd, view->names, sizeof(view->names)) == 1;
		(void)close(fd);
	}
	text_free(&path);
	return is_read;
}

static __attribute__((noinline)) void
look_at_all_with_view(const struct reading *reading, const char *first)
{
	struct reading with_view = *reading;
	struct view view;

	if (read_view(&view, reading, first))
		with_view.view = &view;
	look_at_all(&with_view);
}

void
keyfiles_init(struct keyfiles *keyfiles)
{
	text_init_in(&keyfiles->certificates, keyfiles->storage[0],
	    sizeof(keyfiles->storage[0]));
	text_init_in(&keyfiles->keys, keyfiles->storage[1],
	    sizeof(keyfiles->storage[1]));
	keyfiles->doubt = NULL;
	keyfiles->valid_until = SSHKEY_FOR_EVER;
}

void
keyfiles_read(struct keyfiles *keyfiles, const struct sshargs *args,
    const struct resolution *said, const char *home)
{
	struct reading reading = {.keyfiles = keyfiles,
	    .args = args,
	    .said = said,
	    .meaning = {.home = home,
		.host_as_typed = args->host,
		.hostname = said->hostname,
		.port = said->port,
		.user = said->user,
		.host_key_alias = said->host_key_alias}};
	const char *first = said->first_identity_file;

	reading.names_certificates = said->certificate_files > 0;
	if (said->identity_files >= NAMES_FOR_A_LOOK)
		look_at_all_with_view(&reading, first);
	else
		look_at_all(&reading);
}

void
keyfiles_free(struct keyfiles *keyfiles)
{
	text_free(&keyfiles->certificates);
	text_free(&keyfiles->keys);
}
