/* SHA-256, and the base64 of names on disk. */
#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>

enum {
	DIGEST_SIZE = 32, /* bytes of a SHA-256 */
	DIGEST_LENGTH = 43, /* all 256 bits */
	DIGEST_SHORT_LENGTH = 22, /* 132 bits, where a path must be short */
};

/* The SHA-256 (FIPS 180-4) of the bytes. Cannot fail. */
void
digest_sha256(const void *bytes, size_t length, unsigned char sum[DIGEST_SIZE]);

/*
 * Writes the SHA-256 of the bytes to out as unpadded URL-safe base64, ended by
 * a NUL. Cannot fail.
 */
void
digest_base64(const void *bytes, size_t length, char out[DIGEST_LENGTH + 1]);

/*
 * Unpadded URL-safe base64 (RFC 4648, section 5) of the bytes, ended by a NUL;
 * out must hold (length * 4 + 2) / 3 + 1 bytes.
 */
void digest_encode_base64(const unsigned char *bytes, size_t length, char *out);

#endif
