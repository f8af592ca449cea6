/*
 * text-pairs COUNT: so many pairs of different inputs of a namespace text, the
 * second made of the first by a small change, or by putting lines of its text
 * where a value is. No two have one text, in a pair and among all that were
 * made; and inputs that mean the same have one. Ends with 1 where that fails.
 *
 * An input is a command line with its environment; and, beside it, a list of
 * any facts, which has to be read back as it was.
 */
#include "base/facts.h"
#include "pool/endpoint.h"

#include "text-inputs.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
fail(const char *what, const char *first, const char *second, const char *text)
{
	(void)unlink(config_option + 2);
	printf("%s:\n%s\n%s\nthe text is\n%s", what, first, second, text);
	exit(1);
}

static int
make_words(const struct input *input, char *words[],
    char storage[OPTIONS_MAX][2 * VALUE_MAX])
{
	int count = 0;
	size_t i;

	words[count++] = (char *)"ssh";
	words[count++] = input->has_config ? config_option : (char *)"-Fnone";
	if (input->user[0] != '\0') {
		words[count++] = (char *)"-l";
		words[count++] = (char *)input->user;
	}
	if (input->port[0] != '\0') {
		words[count++] = (char *)"-p";
		words[count++] = (char *)input->port;
	}
	for (i = 0; i < input->option_count; i++) {
		const struct option *option = &input->options[i];

		words[count++] = (char *)sshargs_flag_word(option->flag);
		if (option->flag == 'A')
			continue;
		(void)snprintf(storage[i], sizeof(storage[i]), "%s%s%s",
		    option->flag == 'o' ? option->keyword : "",
		    option->flag == 'o' ? "=" : "", option->value);
		words[count++] = storage[i];
	}
	words[count++] = (char *)"--";
	words[count++] = (char *)input->host;
	words[count] = NULL;
	return count;
}

static void
set_environment(const struct input *input)
{
	size_t i;

	for (i = 0; i < VARIABLE_COUNT; i++)
		if (input->is_set[i])
			(void)setenv(variables[i], input->environment[i], 1);
		else
			(void)unsetenv(variables[i]);
}

/* False where ssh would find an error, or the input is plain. */
static bool
make_text(struct text *text, const struct input *input)
{
	static const struct endpoint_origin origin = {
	    .ssh = "/usr/bin/ssh", .home = "/nonexistent"};
	char storage[OPTIONS_MAX][2 * VALUE_MAX];
	char *words[2 * OPTIONS_MAX + 16];
	struct endpoint endpoint;
	struct sshargs args;
	bool is_made = false;

	set_environment(input);
	text->length = 0;
	if (sshargs_read(&args, make_words(input, words, storage), words) == -1)
		fail("no memory", "", "", "");
	if (args.status == SSHARGS_OK) {
		if (endpoint_describe(&endpoint, &args, &origin) == -1)
			fail("no memory", "", "", "");
		if ((is_made = endpoint.plain_reason == NULL))
			text_add(text, endpoint.shared_text.data);
		endpoint_free(&endpoint);
	}
	sshargs_free(&args);
	return is_made;
}

/* Puts a line of the text, or all behind it, into a value. */
static void
put_line(char *value, const struct text *text)
{
	const char *line = text->data, *end;
	size_t wanted = pick(8), length = strlen(value);

	while (wanted-- > 0 && (end = strchr(line, '\n')) != NULL &&
	    end[1] != '\0')
		line = end + 1;
	end = strchr(line, '\n');
	if (end != NULL)
		(void)snprintf(value + length, VALUE_MAX - length, "%s%.*s",
		    pick(2) == 0 ? "\n" : "",
		    pick(2) == 0 ? (int)(end - line) : VALUE_MAX, line);
}

static void
change(struct input *input, const struct text *text)
{
	struct option *option = &input->options[pick(OPTIONS_MAX)], spare;
	size_t variable = pick(VARIABLE_COUNT);

	switch (pick(7)) {
	case 0:
		make_option(option);
		break;
	case 1:
		if (input->option_count > 0)
			input->option_count--;
		break;
	case 2: /* The end of a value becomes the beginning of the next. */
		if (input->option_count > 1 &&
		    strlen(input->options[0].value) > 1) {
			option = &input->options[0];
			spare = input->options[1];
			(void)snprintf(input->options[1].value, VALUE_MAX,
			    "%c%.*s", option->value[strlen(option->value) - 1],
			    VALUE_MAX - 2, spare.value);
			option->value[strlen(option->value) - 1] = '\0';
		}
		break;
	case 3:
		put_line(option->value, text);
		break;
	case 4:
		if (pick(2) == 0) {
			put_line(input->environment[variable], text);
		} else {
			spare = *option;
			(void)snprintf(input->environment[variable], VALUE_MAX,
			    "%s %.*s", spare.keyword, VALUE_MAX / 2,
			    spare.value);
		}
		input->is_set[variable] = input->environment[variable][0] != 0;
		break;
	case 5:
		if (input->user[0] != '\0')
			put_line(input->user, text);
		break;
	default:
		if (input->option_count > 1) {
			spare = input->options[0];
			input->options[0] = input->options[1];
			input->options[1] = spare;
		}
	}
}

static uint64_t
hash(const char *string)
{
	uint64_t value = 14695981039346656037U;

	for (; *string != '\0'; string++)
		value = (value ^ (unsigned char)*string) * 1099511628211U;
	return value;
}

/* All that were made, as far as a table of the last of them remembers. */
static void
remember(const struct text *text, const char *meaning)
{
	static struct {
		uint64_t text, meaning;
	} seen[SEEN_COUNT];
	uint64_t key = hash(text->data), place = key % SEEN_COUNT;

	if (seen[place].text == key && seen[place].meaning != hash(meaning))
		fail("an earlier input has this text too", meaning, "",
		    text->data);
	seen[place].text = key;
	seen[place].meaning = hash(meaning);
}

/* True where they differ. */
static bool
check_pair(struct input *first, struct text *texts)
{
	static char meanings[2][MEANING_MAX];
	struct input second = *first;
	bool is_same_text, is_same_meaning;
	size_t i;

	if (!make_text(&texts[0], first))
		return false;
	for (i = 1 + pick(2); i > 0; i--)
		change(&second, &texts[0]);
	if (!make_text(&texts[1], &second))
		return false;
	make_meaning(meanings[0], first);
	make_meaning(meanings[1], &second);
	is_same_text = strcmp(texts[0].data, texts[1].data) == 0;
	is_same_meaning = strcmp(meanings[0], meanings[1]) == 0;
	if (is_same_text != is_same_meaning)
		fail(is_same_text ? "two inputs have one text"
				  : "one input has two texts",
		    meanings[0], meanings[1], texts[0].data);
	remember(&texts[0], meanings[0]);
	remember(&texts[1], meanings[1]);
	return !is_same_text;
}

/* What stands in a line, with its escapes undone. */
static bool
is_part(const char *escaped, size_t length, const char *part)
{
	static char copy[8 * VALUE_MAX];

	(void)snprintf(copy, sizeof(copy), "%.*s", (int)length, escaped);
	return text_unescape(copy) && strcmp(copy, part) == 0;
}

/* A list of any facts is read back as it was. */
static void
check_facts(struct text *text)
{
	static char names[FACTS_MAX][VALUE_MAX], values[FACTS_MAX][VALUE_MAX];
	enum fact_kind kinds[FACTS_MAX];
	bool have_name[FACTS_MAX];
	size_t count = 1 + pick(FACTS_MAX), i;
	const char *at;
	struct fact fact;

	text->length = 0;
	for (i = 0; i < count; i++) {
		kinds[i] = (enum fact_kind)pick(FACT_KINDS);
		make_value(names[i], 6);
		make_value(values[i], 6);
		have_name[i] = pick(2) == 0;
		facts_add(
		    text, kinds[i], have_name[i] ? names[i] : NULL, values[i]);
	}
	at = text->data;
	for (i = 0; i < count; i++)
		if (!facts_next(&at, &fact) || fact.kind != kinds[i] ||
		    (fact.name != NULL) != have_name[i] ||
		    (have_name[i] &&
			!is_part(fact.name, fact.name_length, names[i])) ||
		    !is_part(fact.value, fact.value_length, values[i]))
			fail("a fact is not read back", names[i], values[i],
			    text->data);
	if (*at != '\0')
		fail("a fact too many is read", "", "", text->data);
}

/* A variable by the name of what an option's line once began with. */
static void
check_old_ambiguity(struct text *texts)
{
	struct input by_variable = {
	    .host = "h", .has_config = true, .is_set = {true}};
	struct input by_option = {.host = "h",
	    .has_config = true,
	    .option_count = 1,
	    .options = {{'o', "stricthostkeychecking", "no"}}};

	(void)snprintf(
	    by_variable.environment[0], VALUE_MAX, "stricthostkeychecking no");
	if (!make_text(&texts[0], &by_variable) ||
	    !make_text(&texts[1], &by_option) ||
	    strstr(texts[0].data, "stricthostkeychecking") != NULL ||
	    strcmp(texts[0].data, texts[1].data) == 0)
		fail(
		    "a variable is taken for an option", "", "", texts[0].data);
}

static void
make_config(void)
{
	char *path = config_option + 2;
	const char *folder = getenv("TMPDIR");
	int fd;

	(void)snprintf(path, sizeof(config_option) - 2, "%s/pairs.XXXXXX",
	    folder != NULL ? folder : "/tmp");
	if ((fd = mkstemp(path)) == -1 ||
	    write(fd, config, sizeof(config) - 1) !=
		(ssize_t)sizeof(config) - 1) {
		perror(path);
		exit(1);
	}
	(void)close(fd);
}

int
main(int argc, char *argv[])
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long differed = 0;
	struct text texts[2];
	struct input input;

	text_init(&texts[0]);
	text_init(&texts[1]);
	make_config();
	check_old_ambiguity(texts);
	while (differed < count) {
		make_input(&input);
		if (check_pair(&input, texts))
			differed++;
		check_facts(&texts[0]);
	}
	printf("%lu pairs, no two inputs with one text\n", differed);
	(void)unlink(config_option + 2);
	text_free(&texts[0]);
	text_free(&texts[1]);
	return 0;
}
