/*
 * Reading what ssh and its agent put on the wire: numbers with the highest byte
 * first, and strings with their length in front (RFC 4251, section 5).
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read. The bytes are the caller's. */
struct wire {
	const unsigned char *at;
	size_t left;
};

/* Each takes one item off the front; false, with nothing taken, at the end. */
bool wire_u32(struct wire *wire, uint32_t *number);
bool wire_u64(struct wire *wire, uint64_t *number);
bool
wire_string(struct wire *wire, const unsigned char **string, size_t *length);

/* Takes so many strings, whatever is in them. */
bool wire_skip_strings(struct wire *wire, int count);

/*
 * Decodes base64 (RFC 4648, section 4) up to the first byte that is none of
 * it, over blanks and line ends. The result takes no more room than its
 * source and may overwrite it. Returns the number of bytes.
 */
size_t wire_decode_base64(unsigned char *to, const char *from, const char *end);

#endif
