#include "shared/setting.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Large enough for the options of any program. */
union scratch {
	long double aligned;
	char bytes[1024];
};

static const struct option_origin *
origins_of(const struct option_table *table, const void *options)
{
	return (const void *)((const char *)options + table->origins);
}

/* The row that counts, among those for the same field; null: the default. */
static const struct option *
find_winner(const struct option_table *table, const void *options,
    const struct option *option)
{
	const struct option_origin *origins = origins_of(table, options);
	const struct option *winner = NULL;
	unsigned int from = OPTION_FROM_DEFAULT;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->rows[i].offset == option->offset &&
		    origins[i].from > from) {
			winner = &table->rows[i];
			from = origins[i].from;
		}
	return winner;
}

static const struct option *
find_keyword(const struct option_table *table, const char *keyword)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->rows[i].keyword[0] != '\0' &&
		    strcasecmp(table->rows[i].keyword, keyword) == 0)
			return &table->rows[i];
	return NULL;
}

static bool
is_switch(const struct option *option)
{
	return option->kind == OPTION_ON || option->kind == OPTION_OFF;
}

/* yes or no, as in ssh_config(5); null for another word. */
static const char *
read_switch(const char *value)
{
	if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0)
		return "1";
	if (strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0)
		return "0";
	return NULL;
}

enum setting_status
setting_take(const struct option_table *table, void *options,
    const char *keyword, const char *value, size_t line, bool counts,
    char allowed[OPTION_ALLOWED_MAX])
{
	const struct option *option = find_keyword(table, keyword);
	const char *word = read_switch(value);
	union scratch scratch;

	if (option == NULL)
		return SETTING_UNKNOWN;
	if (is_switch(option) && word == NULL) {
		(void)snprintf(allowed, OPTION_ALLOWED_MAX, "yes or no");
		return SETTING_BAD;
	}
	/* Otherwise yes and no are for options that have a default value. */
	if (word != NULL && (is_switch(option) || option->value[0] == '['))
		value = word;
	memcpy(scratch.bytes, options, table->size);
	if (value[0] == '\0' ||
	    !option_set(table, option, scratch.bytes, value)) {
		option_describe_allowed(option, allowed);
		return SETTING_BAD;
	}
	if (counts && find_winner(table, options, option) == NULL) {
		memcpy(options, scratch.bytes, table->size);
		option_note_origin(table, option, options, OPTION_FROM_FILE,
		    line <= 0xffff ? line : 0xffff);
	}
	return SETTING_TAKEN;
}

static void
show_text(const char *value)
{
	struct text printable;

	text_init(&printable);
	text_add_printable(&printable, value != NULL ? value : "-");
	if (text_ok(&printable))
		(void)printf("%s", printable.data);
	text_free(&printable);
}

static void
show(const struct option_table *table, const void *options,
    const struct option *option)
{
	const void *value = (const char *)options + option->offset;
	char shown[OPTION_SHOWN_MAX];

	switch (option->kind) {
	case OPTION_ON:
	case OPTION_OFF:
		(void)printf("%s", *(const bool *)value ? "yes" : "no");
		break;
	case OPTION_TEXT:
		show_text(*(const char *const *)value);
		break;
	case OPTION_NUMBER:
		(void)printf("%d", *(const int *)value);
		break;
	case OPTION_TIME:
		(void)printf("%ds", *(const int *)value);
		break;
	case OPTION_MS:
		(void)printf("%dms", *(const int *)value);
		break;
	default:
		table->show(options, option, shown);
		(void)printf("%s", shown);
		break;
	}
}

static void
print_origin(const struct option_table *table, const void *options,
    const struct option *option, const char *file)
{
	const struct option_origin *origin;

	if (option == NULL) {
		(void)printf(" (default)\n");
		return;
	}
	origin = &origins_of(table, options)[option - table->rows];
	if (origin->from == OPTION_FROM_FILE)
		(void)printf(" (%s line %u)\n", file, origin->line);
	else if (origin->from == OPTION_FROM_SSH)
		(void)printf(" (ssh_config)\n");
	else if (origin->from == OPTION_FROM_VARIABLE)
		(void)printf(" (%s)\n", option->variable);
	else
		(void)printf(" (--%s)\n", option->name);
}

void
setting_print(
    const struct option_table *table, const void *options, const char *file)
{
	const struct option *option;
	size_t i;

	for (i = 0; i < table->count; i++) {
		option = &table->rows[i];
		if (option->keyword[0] == '\0')
			continue;
		(void)printf("  %s ", option->keyword);
		show(table, options, option);
		print_origin(
		    table, options, find_winner(table, options, option), file);
	}
}
