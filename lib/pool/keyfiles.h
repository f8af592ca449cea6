/* The keys in the files that the command line, the configuration or ssh name. */
#ifndef KEYFILES_H
#define KEYFILES_H

#include "base/facts.h"
#include "base/text.h"
#include "pool/resolution.h"
#include "ssh/sshargs.h"
#include "ssh/sshkey.h"

#include <stdbool.h>
#include <stdint.h>

struct keyfiles {
	/* Certificates that are named as such, and all other keys: a line each. */
	struct text certificates, keys;
	const char *doubt; /* why only ssh can tell, in a few words, or null */
	uint64_t valid_until; /* when the first certificate ends (sshkey.h) */
	char storage[2][512];
};

/*
 * Whether ssh takes notice of -i with that value: the file is there. Where only
 * ssh can tell, it counts as being there.
 */
bool keyfiles_is_there(const char *name, const char *home);

/* Adds the fact of one key, its digest, and minds the certificate's end. */
void keyfiles_add_line(struct text *lines, enum fact_kind kind,
    const struct sshkey *key, uint64_t *valid_until);

/* No keys yet; keyfiles_free() is owed. */
void keyfiles_init(struct keyfiles *keyfiles);

/*
 * Looks at every file that ssh would: args may name some, said names others,
 * and home is what "~" stands for.
 */
void keyfiles_read(struct keyfiles *keyfiles, const struct sshargs *args,
    const struct resolution *said, const char *home);
void keyfiles_free(struct keyfiles *keyfiles);

#endif
