#include "base/wire.h"

#include <string.h>

static bool
take_number(struct wire *wire, size_t size, uint64_t *number)
{
	size_t i;

	if (wire->left < size)
		return false;
	for (*number = 0, i = 0; i < size; i++)
		*number = *number << 8 | wire->at[i];
	wire->at += size;
	wire->left -= size;
	return true;
}

bool
wire_u32(struct wire *wire, uint32_t *number)
{
	uint64_t taken;

	if (!take_number(wire, 4, &taken))
		return false;
	*number = (uint32_t)taken;
	return true;
}

bool
wire_u64(struct wire *wire, uint64_t *number)
{
	return take_number(wire, 8, number);
}

bool
wire_string(struct wire *wire, const unsigned char **string, size_t *length)
{
	struct wire rest = *wire;
	uint32_t wanted;

	if (!wire_u32(&rest, &wanted) || rest.left < wanted)
		return false;
	*string = rest.at;
	*length = wanted;
	wire->at = rest.at + wanted;
	wire->left = rest.left - wanted;
	return true;
}

bool
wire_skip_strings(struct wire *wire, int count)
{
	const unsigned char *string;
	size_t length;

	while (count-- > 0)
		if (!wire_string(wire, &string, &length))
			return false;
	return true;
}

/* The six bits of a letter, or -1. */
static int
letter_value(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	if (letter == '+')
		return 62;
	return letter == '/' ? 63 : -1;
}

size_t
wire_decode_base64(unsigned char *to, const char *from, const char *end)
{
	unsigned char *begin = to;
	uint32_t bits = 0;
	int held = 0, value;

	for (; from < end; from++) {
		if (*from == '\n' || *from == '\r' || *from == ' ' ||
		    *from == '\t')
			continue;
		if ((value = letter_value(*from)) == -1)
			break;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*to++ = (unsigned char)(bits >> held);
		}
	}
	return (size_t)(to - begin);
}
