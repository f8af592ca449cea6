#include "shared/option.h"

#include "base/duration.h"
#include "base/number.h"
#include "shared/commands.h"
#include "shared/environment.h"
#include "shared/message.h"

#include <stdio.h>
#include <string.h>

extern char **environ;

void
option_describe_allowed(
    const struct option *option, char allowed[OPTION_ALLOWED_MAX])
{
	if (option->kind == OPTION_TIME)
		(void)snprintf(allowed, OPTION_ALLOWED_MAX,
		    "a time of %d to %d seconds, as 90, 10m or 1h30m",
		    option->minimum, option->maximum);
	else if (option->kind == OPTION_MS)
		(void)snprintf(allowed, OPTION_ALLOWED_MAX,
		    "%d to %d milliseconds, as 500 or 2s", option->minimum,
		    option->maximum);
	else if (option->maximum > 0)
		(void)snprintf(allowed, OPTION_ALLOWED_MAX, "%d to %d",
		    option->minimum, option->maximum);
	else
		(void)snprintf(allowed, OPTION_ALLOWED_MAX, "%s",
		    option->allowed[0] != '\0' ? option->allowed : "0 or 1");
}

/*
 * Options without a value arrive here as "1", and variables with their value.
 */
static bool
set_switch(bool *to, const char *value, bool meaning)
{
	if (strcmp(value, "1") == 0)
		*to = meaning;
	else if (strcmp(value, "0") == 0)
		*to = !meaning;
	else
		return false;
	return true;
}

bool
option_set(const struct option_table *table, const struct option *option,
    void *options, const char *value)
{
	void *to = (char *)options + option->offset;

	/* Null only if the value is optional. */
	if (value == NULL)
		return table->set(options, option, NULL);
	switch (option->kind) {
	case OPTION_ON:
	case OPTION_OFF:
		return set_switch(to, value, option->kind == OPTION_ON);
	case OPTION_TEXT:
		if (value[0] == '\0')
			return false;
		*(const char **)to = value;
		return true;
	case OPTION_NUMBER:
		return number_read(value, option->minimum, option->maximum, to);
	case OPTION_TIME:
		return duration_read(
		    value, option->minimum, option->maximum, to);
	case OPTION_MS:
		return duration_read_ms(
		    value, option->minimum, option->maximum, to);
	default:
		return table->set(options, option, value);
	}
}

void
option_note_origin(const struct option_table *table,
    const struct option *option, void *options, enum option_from from,
    size_t line)
{
	struct option_origin *origins;

	if (table->origins == 0)
		return;
	origins = (void *)((char *)options + table->origins);
	origins[option - table->rows] =
	    (struct option_origin){.from = from, .line = (unsigned short)line};
}

/* Most environments set none, so this makes one pass over the environment. */
static bool
is_any_variable_set(void)
{
	static const char prefix[] = "SSH_FAST_";
	char **variable;

	for (variable = environ; variable != NULL && *variable != NULL;
	     variable++)
		if (strncmp(*variable, prefix, sizeof(prefix) - 1) == 0)
			return true;
	return false;
}

int
option_read_environment(const struct option_table *table, void *options)
{
	char allowed[OPTION_ALLOWED_MAX];
	const struct option *option;
	const char *value;
	size_t i;

	if (!is_any_variable_set())
		return 0;
	for (i = 0; i < table->count; i++) {
		option = &table->rows[i];
		if (option->variable[0] == '\0' ||
		    (value = environment_get(option->variable)) == NULL ||
		    value[0] == '\0')
			continue;
		if (option_set(table, option, options, value)) {
			option_note_origin(
			    table, option, options, OPTION_FROM_VARIABLE, 0);
			continue;
		}
		option_describe_allowed(option, allowed);
		message("bad value in %s: %s (it takes %s)", option->variable,
		    value, allowed);
		return -1;
	}
	return 0;
}

static bool
takes_value(const struct option *option)
{
	return option->value[0] != '\0';
}

static bool
needs_value(const struct option *option)
{
	return takes_value(option) && option->value[0] != '[';
}

/* The name of the option in a message: "--name" or "-x". */
static void
describe_name(const struct option *option, char name[sizeof(option->name) + 2])
{
	if (option->name[0] != '\0')
		(void)snprintf(
		    name, sizeof(option->name) + 2, "--%s", option->name);
	else
		(void)snprintf(
		    name, sizeof(option->name) + 2, "-%c", option->letter);
}

static int
take(const struct option_table *table, const struct option *option,
    void *options, const char *value)
{
	char name[sizeof(option->name) + 2], allowed[OPTION_ALLOWED_MAX];

	describe_name(option, name);
	if (value == NULL && needs_value(option))
		message("option %s needs a value: %s%s%s", name, name,
		    option->name[0] != '\0' ? "=" : " ", option->value);
	else if (!option_set(table, option, options,
		     value != NULL || takes_value(option) ? value : "1")) {
		option_describe_allowed(option, allowed);
		message(
		    "bad value for %s: %s (it takes %s)", name, value, allowed);
	} else {
		option_note_origin(table, option, options, OPTION_FROM_WORD, 0);
		return 0;
	}
	return -1;
}

static const struct option *
find_name(const struct option_table *table, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (length > 0 && strlen(table->rows[i].name) == length &&
		    strncmp(table->rows[i].name, name, length) == 0)
			return &table->rows[i];
	return NULL;
}

static const struct option *
find_letter(const struct option_table *table, char letter)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->rows[i].letter == letter)
			return &table->rows[i];
	return NULL;
}

/*
 * "name" or "name=value", without the dashes. next is the word after it, which
 * may be the value (null: it may not). Returns 1 if next was the value, 0 if
 * not, or -1.
 */
static int
read_name(const struct option_table *table, void *options, const char *word,
    const char *next)
{
	size_t length = strcspn(word, "=");
	const char *value = word[length] == '=' ? word + length + 1 : NULL;
	const struct option *option = find_name(table, word, length);

	if (option == NULL) {
		message("unknown option --%.*s (see %s --help)", (int)length,
		    word, table->program);
		return -1;
	}
	if (value != NULL && !takes_value(option)) {
		message("option --%s takes no value", option->name);
		return -1;
	}
	if (value != NULL || !needs_value(option) || next == NULL)
		return take(table, option, options, value);
	return take(table, option, options, next) == -1 ? -1 : 1;
}

/* Letters after one dash; otherwise as above. */
static int
read_letters(const struct option_table *table, void *options,
    const char *letters, const char *next)
{
	const struct option *option;

	for (; *letters != '\0'; letters++) {
		option = find_letter(table, *letters);
		if (option == NULL) {
			message("unknown option -%c (see %s --help)", *letters,
			    table->program);
			return -1;
		}
		if (needs_value(option) && letters[1] != '\0')
			return take(table, option, options, letters + 1);
		if (needs_value(option))
			return take(table, option, options, next) == -1 ? -1
									: 1;
		if (take(table, option, options, NULL) == -1)
			return -1;
	}
	return 0;
}

int
option_read_front(
    const struct option_table *table, void *options, int argc, char *argv[])
{
	int index;

	/*
	 * "--" alone belongs to ssh. No option of ssh begins with two dashes.
	 */
	for (index = 1; index < argc; index++) {
		if (strncmp(argv[index], "--", 2) != 0 ||
		    argv[index][2] == '\0')
			break;
		if (read_name(table, options, argv[index] + 2, NULL) == -1)
			return -1;
	}
	return index;
}

int
option_read_all(
    const struct option_table *table, void *options, int argc, char *argv[])
{
	int index, count = 0, used;
	const char *word;

	for (index = 1; index < argc; index++) {
		word = argv[index];
		if (word[0] != '-' || word[1] == '\0') {
			argv[1 + count++] = argv[index];
			continue;
		}
		if (strcmp(word, "--") == 0)
			break;
		if (word[1] == '-')
			used = read_name(
			    table, options, word + 2, argv[index + 1]);
		else
			used = read_letters(
			    table, options, word + 1, argv[index + 1]);
		if (used == -1)
			return -1;
		index += used;
	}
	for (index++; index < argc; index++)
		argv[1 + count++] = argv[index];
	return count;
}

static void
print_option(const struct option *option)
{
	const char *value = option->value;
	char name[sizeof(option->name) + 2];

	if (option->name[0] == '\0' && option->letter == '\0') {
		(void)printf(
		    "  %s\n      %s\n", option->variable, option->help);
		return;
	}
	describe_name(option, name);
	(void)printf("  %s%s%s%s%s\n      %s\n", name,
	    !needs_value(option)	  ? ""
		: option->name[0] != '\0' ? "="
					  : " ",
	    value, option->variable[0] != '\0' ? ", " : "", option->variable,
	    option->help);
}

static int
flush(void)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

int
option_print_help(const struct option_table *table)
{
	size_t i;

	(void)fputs(table->usage, stdout);
	for (i = 0; i < table->count; i++)
		print_option(&table->rows[i]);
	return flush();
}

int
option_print_version(const struct option_table *table)
{
	(void)printf("%s %s\n", table->program, SSH_FAST_VERSION);
	return flush();
}
