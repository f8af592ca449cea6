#include "namespace/callwords.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* One line of a namespace text, "key: value", without a NUL. */
struct line {
	const char *key, *value, *end;
	size_t key_length;
};

/* Reads the line at *at and moves *at past it. False at the end. */
static bool
next_line(const char **at, struct line *line)
{
	const char *separator;

	if (**at == '\0')
		return false;
	line->key = *at;
	line->end = *at + strcspn(*at, "\n");
	separator = strstr(line->key, ": ");
	if (separator == NULL || separator >= line->end)
		separator = line->end;
	line->key_length = (size_t)(separator - line->key);
	line->value = separator < line->end ? separator + 2 : line->end;
	*at = *line->end == '\n' ? line->end + 1 : line->end;
	return true;
}

static bool
has_key(const struct line *line, const char *key)
{
	return strlen(key) == line->key_length &&
	    memcmp(line->key, key, line->key_length) == 0;
}

static void
add_space(struct text *out)
{
	if (out->length > 0)
		text_add(out, " ");
}

/* "option: -A", "option: -J host" or "option: keyword value". */
static void
add_option(struct text *out, const struct line *line)
{
	size_t length = (size_t)(line->end - line->value), word;

	add_space(out);
	if (line->value[0] == '-') {
		text_add_bytes(out, line->value, length);
		return;
	}
	word = strcspn(line->value, " \n");
	text_add(out, "-o ");
	text_add_bytes(out, line->value, word);
	if (word >= length)
		return;
	text_add(out, "=");
	text_add_bytes(out, line->value + word + 1, length - word - 1);
}

/* The lines of a derived text that come from the command line. */
static void
add_words(struct text *out, const char *text)
{
	struct line line;

	while (next_line(&text, &line)) {
		if (has_key(&line, "user") || has_key(&line, "port")) {
			add_space(out);
			text_add(out, line.key[0] == 'u' ? "-l " : "-p ");
			text_add_bytes(
			    out, line.value, (size_t)(line.end - line.value));
		} else if (has_key(&line, "option")) {
			add_option(out, &line);
		}
	}
}

char *
callwords_make(const struct record *record)
{
	struct text words;

	text_init(&words);
	if (record->destination != NULL &&
	    (record->hostname == NULL ||
		strcmp(record->destination, record->hostname) != 0))
		text_add(&words, record->destination);
	if (record->bound != NULL) {
		add_space(&words);
		text_add(&words, "--namespace=");
		text_add(&words, record->text);
	} else if (strncmp(record->text, "destination: ", 13) == 0) {
		add_words(&words, record->text);
	}
	/* The result must be allocated, even if it is empty. */
	if (text_ok(&words) && text_room(&words, 1) != NULL)
		return words.data;
	text_free(&words);
	return NULL;
}

/* Whether the text has a line with this key and value. */
static bool
has_line(const char *text, const struct line *wanted)
{
	struct line line;
	size_t length = (size_t)(wanted->end - wanted->key);

	while (next_line(&text, &line))
		if ((size_t)(line.end - line.key) == length &&
		    memcmp(line.key, wanted->key, length) == 0)
			return true;
	return false;
}

/* The meaning of a line, in words for people. */
static const struct {
	char key[16], words[24];
} meanings[] = {
    {"key", "key"},
    {"keys", "key"},
    {"certificate", "certificate"},
    {"config", "configuration"},
    {"network", "network"},
    {"processes", "pid namespace"},
    {"mounts", "mount namespace"},
    {"users", "user namespace"},
    {"unit", "service"},
};

static void
add_meaning(struct text *out, const struct line *line)
{
	char words[64];
	size_t length = line->key_length, i;

	if (length >= sizeof(words))
		length = sizeof(words) - 1;
	memcpy(words, line->key, length);
	words[length] = '\0';
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (has_key(line, meanings[i].key))
			(void)memcpy(words, meanings[i].words,
			    sizeof(meanings[i].words));
	if (strstr(out->data, words) != NULL)
		return;
	text_add(out, out->length > 0 ? ", another " : "another ");
	text_add(out, words);
}

void
callwords_add_difference(
    struct text *out, const struct record *one, const char *other_text)
{
	const char *at = one->text;
	struct line line;

	while (next_line(&at, &line))
		if (line.value < line.end && !has_line(other_text, &line))
			add_meaning(out, &line);
}
