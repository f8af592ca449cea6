#include "pool/seal.h"

#include "base/digest.h"
#include "ssh/sshreference.h"
#include "ssh/sshwords.h"

#include <stdio.h>
#include <string.h>

/* The first line if any line is sealed. Sealed lines begin with a mark. */
static const char first_line[] = "sealed yes\n";
enum { MARK = '!' };

/*
 * A key stream: the digests of the key and the place, which is that of a line
 * and of a block in it.
 */
struct stream {
	struct text question;
	unsigned long line;
	unsigned long block;
	size_t used; /* of bytes */
	unsigned char bytes[DIGEST_SIZE];
};

static void
begin(struct stream *stream)
{
	text_init(&stream->question);
	stream->line = 0;
}

static void
begin_line(struct stream *stream)
{
	stream->line++;
	stream->block = 0;
	stream->used = DIGEST_SIZE;
}

static unsigned char
next_byte(struct stream *stream, const struct endpoint *endpoint)
{
	if (stream->used == DIGEST_SIZE) {
		stream->question.length = 0;
		text_printf(&stream->question, "answer %lu %lu %s",
		    stream->line, stream->block++, endpoint->sealing.data);
		digest_sha256(stream->question.data, stream->question.length,
		    stream->bytes);
		stream->used = 0;
	}
	return stream->bytes[stream->used++];
}

/* Whether the line, up to end, must be sealed. */
static bool
is_secret(const char *line, const char *end, const struct endpoint *endpoint)
{
	static const char *const keywords[] = {"setenv", "proxycommand",
	    "proxyjump", "knownhostscommand", "localcommand", "remotecommand"};
	char keyword[SSHWORDS_KEYWORD_MAX];
	const char *value;
	size_t length;
	struct text copy;
	bool result;

	if (sshwords_split(
		line, (size_t)(end - line), keyword, &value, &length) &&
	    sshwords_is_one_of(
		keyword, keywords, sizeof(keywords) / sizeof(keywords[0])))
		return true;
	if (endpoint->config.variables.length == 0)
		return false;
	text_init(&copy);
	text_add_bytes(&copy, line, (size_t)(end - line));
	result = !text_ok(&copy) ||
	    sshreference_holds_value(&endpoint->config, copy.data);
	text_free(&copy);
	return result;
}

static void
add_sealed(struct text *sealed, struct stream *stream, const char *line,
    const char *end, const struct endpoint *endpoint)
{
	const char *value = memchr(line, ' ', (size_t)(end - line));

	begin_line(stream);
	value = value != NULL ? value + 1 : end;
	text_printf(sealed, "%c%.*s", MARK, (int)(value - line), line);
	for (; value < end; value++)
		text_printf(sealed, "%02x",
		    (unsigned char)*value ^ next_byte(stream, endpoint));
}

void
seal_add(
    struct text *sealed, const char *lines, const struct endpoint *endpoint)
{
	const char *line, *end;
	struct stream stream;
	bool any = false;

	for (line = lines; !any && (end = strchr(line, '\n')) != NULL;
	     line = end + 1)
		any = is_secret(line, end, endpoint);
	if (!any) {
		text_add(sealed, lines);
		return;
	}
	begin(&stream);
	text_add(sealed, first_line);
	for (line = lines; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (is_secret(line, end, endpoint))
			add_sealed(sealed, &stream, line, end, endpoint);
		else
			text_add_bytes(sealed, line, (size_t)(end - line));
		text_add(sealed, "\n");
	}
	if (!text_ok(&stream.question))
		sealed->failed = true;
	text_free(&stream.question);
}

bool
seal_is_set(const char *lines)
{
	return strncmp(lines, first_line, sizeof(first_line) - 1) == 0;
}

static bool
open_line(struct text *lines, struct stream *stream, const char *line,
    const char *end, const struct endpoint *endpoint)
{
	const char *value = memchr(line, ' ', (size_t)(end - line));
	unsigned int byte;
	char plain;

	if (value++ == NULL || (end - value) % 2 != 0)
		return false;
	begin_line(stream);
	text_add_bytes(lines, line, (size_t)(value - line));
	for (; value < end; value += 2) {
		if (sscanf(value, "%2x", &byte) != 1)
			return false;
		plain = (char)(byte ^ next_byte(stream, endpoint));
		/* It was sealed with another key. */
		if (plain == '\0' || plain == '\n')
			return false;
		text_add_bytes(lines, &plain, 1);
	}
	return true;
}

bool
seal_open(
    struct text *lines, const char *sealed, const struct endpoint *endpoint)
{
	const char *line = sealed + sizeof(first_line) - 1, *end;
	struct stream stream;
	bool is_good = true;

	begin(&stream);
	for (; is_good && (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (line[0] == MARK)
			is_good =
			    open_line(lines, &stream, line + 1, end, endpoint);
		else
			text_add_bytes(lines, line, (size_t)(end - line));
		text_add(lines, "\n");
	}
	is_good = is_good && text_ok(&stream.question) && text_ok(lines);
	text_free(&stream.question);
	return is_good;
}
