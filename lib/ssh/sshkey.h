/*
 * The key in a file. The public part identifies it, wherever the file is and
 * whatever its name is.
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
	 * The end of a certificate, in seconds since 1970. SSHKEY_FOR_EVER for
	 * a key, and for a certificate without an end.
	 */
	uint64_t valid_until;
};

#define SSHKEY_FOR_EVER UINT64_MAX

/*
 * Reads a public key or certificate in the wire format of ssh, from an agent or
 * from base64 in a file. False if it is neither.
 */
bool
sshkey_read_blob(struct sshkey *key, const unsigned char *blob, size_t length);

/*
 * Reads the content of a file: public keys, of which the first counts, or a
 * private key in the format of OpenSSH, whose public part is not encrypted. The
 * text has room for one byte more than its length, and is overwritten. False
 * for everything else: older formats of private keys need the passphrase.
 */
bool sshkey_read_text(struct sshkey *key, char *text, size_t length);

/* The kinds of key files. */
enum sshkey_status {
	SSHKEY_FOUND,
	SSHKEY_NONE, /* no file, or none that this user can open */
	/*
	 * A plain file of another format. Its digest is that of the content, so
	 * a copy of the same key is equal.
	 */
	SSHKEY_OPAQUE,
	SSHKEY_NOT_A_FILE, /* a pipe or the like, which must not be read */
};

/* Reads the file at the path. */
enum sshkey_status sshkey_look(struct sshkey *key, const char *path);

#endif
