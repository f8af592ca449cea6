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

/* The six bits of a letter and one; 0 for what is none. */
static const unsigned char letter_values[256] = {
    /* clang-format off */
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,
    ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
    ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
    ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
    ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
    ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
    /* clang-format on */
};

static bool
is_between(char letter)
{
	return letter == '\n' || letter == '\r' || letter == ' ' ||
	    letter == '\t';
}

size_t
wire_decode_base64(unsigned char *to, const char *from, const char *end)
{
	unsigned char *begin = to, value;
	uint32_t bits = 0;
	int held = 0;

	for (; from < end; from++) {
		if ((value = letter_values[(unsigned char)*from]) == 0) {
			if (is_between(*from))
				continue;
			break;
		}
		bits = bits << 6 | (uint32_t)(value - 1);
		held += 6;
		if (held >= 8) {
			held -= 8;
			*to++ = (unsigned char)(bits >> held);
		}
	}
	return (size_t)(to - begin);
}
