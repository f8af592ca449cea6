/*
 * Which key a file holds. What tells is the public part, which says who logs
 * in, wherever the file lies and whatever it is called.
 */
#ifndef SSHKEY_H
#define SSHKEY_H

#include "base/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sshkey {
	char digest[DIGEST_LENGTH + 1]; /* of the public part as ssh sends it */
	bool is_certificate;
	/*
	 * The second since 1970 in which a certificate ends; SSHKEY_FOR_EVER
	 * where it does not, and for a key.
	 */
	uint64_t valid_until;
};

#define SSHKEY_FOR_EVER UINT64_MAX

/*
 * Reads a public key or a certificate as ssh sends it: an agent's, or what a
 * file holds in base64. False where that is none.
 */
bool
sshkey_read_blob(struct sshkey *key, const unsigned char *blob, size_t length);

/*
 * Reads the content of a file: public keys, of which the first counts, or a
 * private key in OpenSSH's own form, which carries its public part in clear.
 * The text, which has room for one byte more than its length, is written over.
 * False for everything else: the older forms of private keys tell nothing
 * without the passphrase.
 */
bool sshkey_read_text(struct sshkey *key, char *text, size_t length);

/* What a look at a file has found. */
enum sshkey_status {
	SSHKEY_FOUND,
	SSHKEY_NONE, /* no file, or none that this user can open */
	/*
	 * A plain file of another form. Its digest is that of the content, so
	 * that a copy of the same key is the same.
	 */
	SSHKEY_OPAQUE,
	SSHKEY_NOT_A_FILE, /* a pipe or the like, which must not be read */
};

/* Looks at the file of that path. */
enum sshkey_status sshkey_look(struct sshkey *key, const char *path);

#endif
