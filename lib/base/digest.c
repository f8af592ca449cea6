#include "base/digest.h"

#include <stdint.h>

#include <sha2.h>

void
digest_encode_base64(const unsigned char *bytes, size_t length, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	uint32_t bits = 0;
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		bits = bits << 8 | bytes[i];
		for (count += 8; count >= 6; count -= 6)
			*out++ = letters[bits >> (count - 6) & 63];
	}
	if (count > 0)
		*out++ = letters[bits << (6 - count) & 63];
	*out = '\0';
}

void
digest_base64(const void *bytes, size_t length, char out[DIGEST_LENGTH + 1])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	SHA2_CTX context;

	SHA256Init(&context);
	SHA256Update(&context, bytes, length);
	SHA256Final(sum, &context);
	digest_encode_base64(sum, sizeof(sum), out);
}
