#include "base/digest.h"

#include <stdint.h>
#include <string.h>

/*
 * FIPS 180-4. The names below are the standard's: a to h are the working
 * variables, K the constants, W the message schedule, H the hash value.
 */
enum { BLOCK_SIZE = 64, ROUNDS = 64, LENGTH_SIZE = 8 };

/* The first 32 bits of the cube roots of the first 64 primes. */
static const uint32_t K[ROUNDS] = {
    /* clang-format off */
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
    0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
    0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    /* clang-format on */
};

static uint32_t
rotate(uint32_t word, unsigned int bits)
{
	return word >> bits | word << (32 - bits);
}

static void
schedule(uint32_t W[ROUNDS], const unsigned char *block)
{
	size_t t;

	for (t = 0; t < 16; t++, block += 4)
		W[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
		    (uint32_t)block[2] << 8 | block[3];
	for (; t < ROUNDS; t++)
		W[t] = W[t - 16] + W[t - 7] +
		    (rotate(W[t - 15], 7) ^ rotate(W[t - 15], 18) ^
			W[t - 15] >> 3) +
		    (rotate(W[t - 2], 17) ^ rotate(W[t - 2], 19) ^
			W[t - 2] >> 10);
}

static void
add_block(uint32_t H[8], const unsigned char *block)
{
	uint32_t a = H[0], b = H[1], c = H[2], d = H[3];
	uint32_t e = H[4], f = H[5], g = H[6], h = H[7];
	uint32_t W[ROUNDS], T1, T2;
	size_t t;

	schedule(W, block);
	for (t = 0; t < ROUNDS; t++) {
		T1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
		    ((e & f) ^ (~e & g)) + K[t] + W[t];
		T2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
		    ((a & b) ^ (a & c) ^ (b & c));
		h = g;
		g = f;
		f = e;
		e = d + T1;
		d = c;
		c = b;
		b = a;
		a = T1 + T2;
	}
	H[0] += a;
	H[1] += b;
	H[2] += c;
	H[3] += d;
	H[4] += e;
	H[5] += f;
	H[6] += g;
	H[7] += h;
}

static void
put_big_endian(unsigned char *to, uint64_t number, size_t bytes)
{
	while (bytes-- > 0) {
		to[bytes] = (unsigned char)number;
		number >>= 8;
	}
}

/* Appends to the message a one bit, zeros, and the length in bits. */
static void
add_end(uint32_t H[8], const unsigned char *rest, size_t count, uint64_t length)
{
	unsigned char block[2 * BLOCK_SIZE] = {0};
	size_t size =
	    count + 1 + LENGTH_SIZE <= BLOCK_SIZE ? BLOCK_SIZE : sizeof(block);

	if (count > 0)
		memcpy(block, rest, count);
	block[count] = 0x80;
	put_big_endian(block + size - LENGTH_SIZE, length * 8, LENGTH_SIZE);
	add_block(H, block);
	if (size > BLOCK_SIZE)
		add_block(H, block + BLOCK_SIZE);
}

void
digest_sha256(const void *bytes, size_t length, unsigned char sum[DIGEST_SIZE])
{
	/* The first 32 bits of the square roots of the first 8 primes. */
	uint32_t H[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	const unsigned char *at = bytes;
	size_t left = length, i;

	for (; left >= BLOCK_SIZE; left -= BLOCK_SIZE, at += BLOCK_SIZE)
		add_block(H, at);
	add_end(H, at, left, length);
	for (i = 0; i < 8; i++)
		put_big_endian(sum + 4 * i, H[i], 4);
}

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
	unsigned char sum[DIGEST_SIZE];

	digest_sha256(bytes, length, sum);
	digest_encode_base64(sum, sizeof(sum), out);
}
