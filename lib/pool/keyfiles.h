/*
 * The keys in all files that the command line, the configuration or ssh name.
 */
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
	/* Named certificates, and all other keys: one line each. */
	struct text certificates, keys;
	const char *doubt; /* why only ssh can tell, in a few words, or null */
	uint64_t valid_until; /* when the first certificate ends (sshkey.h) */
	char storage[2][512];
};

/*
 * Whether ssh uses this value of -i: the file exists. If only ssh can tell, it
 * counts as existing.
 */
bool keyfiles_is_there(const char *name, const char *home);

/*
 * Adds a fact with the digest of one key, and notes the end of a certificate.
 */
void keyfiles_add_line(struct text *lines, enum fact_kind kind,
    const struct sshkey *key, uint64_t *valid_until);

/* Begins without keys. The caller calls keyfiles_free(). */
void keyfiles_init(struct keyfiles *keyfiles);

/*
 * Reads every file that ssh would: args and said name files, and home is "~".
 */
void keyfiles_read(struct keyfiles *keyfiles, const struct sshargs *args,
    const struct resolution *said, const char *home);
void keyfiles_free(struct keyfiles *keyfiles);

#endif
