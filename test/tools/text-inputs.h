/* Inputs of a namespace text for text-pairs.c: made by chance, and what each means. */
#ifndef TEXT_INPUTS_H
#define TEXT_INPUTS_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTIONS_MAX = 4,
	VALUE_MAX = 200,
	MEANING_MAX = 4096,
	SEEN_COUNT = 1 << 20,
	FACTS_MAX = 4
};

static const char *const variables[] = {"option", "variable", "LC_T", "flag"};
enum { VARIABLE_COUNT = sizeof(variables) / sizeof(variables[0]) };

/* Options that shape a connection; 'o' is followed by one of the keywords. */
static const char flags[] = "oooocmbBJA";
static const char *const keywords[] = {"setenv", "proxyjump", "ciphers",
    "stricthostkeychecking", "option", "variable", "x"};

struct option {
	char flag;
	const char *keyword; /* of 'o' */
	char value[VALUE_MAX];
};

struct input {
	char host[VALUE_MAX], user[VALUE_MAX], port[8];
	struct option options[OPTIONS_MAX];
	size_t option_count;
	char environment[VARIABLE_COUNT][VALUE_MAX];
	bool is_set[VARIABLE_COUNT];
	bool has_config; /* else there is none */
};

/* The configuration: each variable shapes the connection. */
static const char config[] = "SetEnv A=$option B=${variable}\n"
			     "SetEnv C=$LC_T D=$flag\n";
static char config_option[256] = "-F";

static uint64_t dice = 88172645463325252U;

static size_t
pick(size_t below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (size_t)(dice >> 11) % below;
}

/* Neither empty nor with blanks at its ends, which ssh cuts off. */
static void
make_value(char *value, size_t longest)
{
	static const char letters[] = "ab:\\x3a=-J$o{}\n ,\"'option";
	size_t length = 1 + pick(longest), i;

	for (i = 0; i < length; i++)
		value[i] = letters[pick(sizeof(letters) - 1)];
	value[length] = '\0';
	if (pick(4) == 0)
		(void)snprintf(
		    value, VALUE_MAX, "$%s", variables[pick(VARIABLE_COUNT)]);
	if (strchr(" \n", value[0]) != NULL)
		value[0] = 'a';
	if (strchr(" \n", value[strlen(value) - 1]) != NULL)
		value[strlen(value) - 1] = 'a';
}

static void
make_option(struct option *option)
{
	option->flag = flags[pick(sizeof(flags) - 1)];
	option->keyword =
	    keywords[pick(sizeof(keywords) / sizeof(keywords[0]))];
	make_value(option->value, 6);
}

static void
make_input(struct input *input)
{
	static const char *const hosts[] = {"h", "host", "a:b", "h\n"};
	size_t i;

	memset(input, 0, sizeof(*input));
	(void)snprintf(input->host, VALUE_MAX, "%s", hosts[pick(4)]);
	if (pick(2) == 0)
		make_value(input->user, 4);
	if (pick(2) == 0)
		(void)snprintf(
		    input->port, sizeof(input->port), "%zu", pick(30));
	input->has_config = pick(2) == 0;
	input->option_count = pick(OPTIONS_MAX + 1);
	for (i = 0; i < input->option_count; i++)
		make_option(&input->options[i]);
	for (i = 0; i < VARIABLE_COUNT; i++)
		if ((input->is_set[i] = pick(2) == 0))
			make_value(input->environment[i], 4);
}

static void
add_part(char *meaning, const char *part, size_t length)
{
	size_t used = strlen(meaning);

	(void)snprintf(meaning + used, MEANING_MAX - used, "%zu.%.*s;", length,
	    (int)length, part);
}

/* The variables that a value refers to, and what they are. */
static void
add_references(char *meaning, const struct input *input, const char *value)
{
	const char *at;
	size_t length, i;

	for (at = strchr(value, '$'); at != NULL; at = strchr(at, '$')) {
		at += at[1] == '{' ? 2 : 1;
		length = 0;
		while (isalnum((unsigned char)at[length]) || at[length] == '_')
			length++;
		for (i = 0; i < VARIABLE_COUNT; i++)
			if (length > 0 && strlen(variables[i]) == length &&
			    memcmp(variables[i], at, length) == 0 &&
			    input->is_set[i]) {
				add_part(meaning, variables[i], length);
				add_part(meaning, input->environment[i],
				    strlen(input->environment[i]));
			}
	}
}

/* ssh cuts off blanks at both ends of what is behind -o. */
static void
add_trimmed(char *meaning, const char *value)
{
	size_t length;

	value += strspn(value, " ");
	length = strlen(value);
	while (length > 0 && isspace((unsigned char)value[length - 1]))
		length--;
	add_part(meaning, value, length);
}

/* What the input means, with the length of each part in front of it. */
static void
make_meaning(char *meaning, const struct input *input)
{
	const struct option *option;
	size_t i;

	meaning[0] = '\0';
	add_part(meaning, input->has_config ? "file" : "none", 4);
	add_part(meaning, input->host, strlen(input->host));
	add_part(meaning, input->user, strlen(input->user));
	add_part(meaning, input->port, strlen(input->port));
	for (i = 0; i < input->option_count; i++) {
		option = &input->options[i];
		add_part(meaning, &option->flag, 1);
		if (option->flag == 'A')
			continue;
		if (option->flag == 'o')
			add_part(
			    meaning, option->keyword, strlen(option->keyword));
		if (option->flag == 'o')
			add_trimmed(meaning, option->value);
		else
			add_part(meaning, option->value, strlen(option->value));
	}
	add_part(meaning, "variables", 9);
	if (input->has_config)
		add_references(meaning, input, config);
	for (i = 0; i < input->option_count; i++)
		if (input->options[i].flag == 'o')
			add_references(meaning, input, input->options[i].value);
}

#endif
