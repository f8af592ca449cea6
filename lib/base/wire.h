/*
 * Reads the wire format of ssh and its agent: big-endian numbers, and strings
 * after their length (RFC 4251, section 5).
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes that are left to read. They belong to the caller. */
struct wire {
	const unsigned char *at;
	size_t left;
};

/*
 * Each takes one item off the front. At the end it returns false and takes
 * nothing.
 */
bool wire_u32(struct wire *wire, uint32_t *number);
bool wire_u64(struct wire *wire, uint64_t *number);
bool
wire_string(struct wire *wire, const unsigned char **string, size_t *length);

/* Takes count strings and ignores their content. */
bool wire_skip_strings(struct wire *wire, int count);

/*
 * Decodes base64 (RFC 4648, section 4) up to the first other byte, and skips
 * blanks and line ends. The result is not longer than its source and may
 * overwrite it. Returns the number of bytes.
 */
size_t wire_decode_base64(unsigned char *to, const char *from, const char *end);

#endif
