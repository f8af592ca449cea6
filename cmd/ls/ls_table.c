#include "ls/ls_table.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So much of a hash tells folders apart; patterns take it as "abc*". */
enum {
	FOLDER_WIDTH = 12,
	LABEL_WIDTH_MIN = 8,
	LABEL_WIDTH_MAX = 40,
	HEALTH_WIDTH = 11
};

enum colour { NO_COLOUR, GREEN, YELLOW, RED };

/* Adds the word, in so many columns at least; negative: to the right. */
static void
add_cell(struct text *line, const struct ls_table *table, const char *word,
    int width, enum colour colour)
{
	static const char *const begin[] = {
	    [GREEN] = "\033[32m", [YELLOW] = "\033[33m", [RED] = "\033[31m"};
	bool is_coloured = table->has_colour && colour != NO_COLOUR;

	if (is_coloured)
		text_add(line, begin[colour]);
	/* printf takes a negative width for the left side. */
	text_printf(line, "%*s", -width, word);
	if (is_coloured)
		text_add(line, "\033[0m");
	text_add(line, " ");
}

static void
add_number(struct text *line, const struct ls_table *table, bool is_known,
    long long number, int width, enum colour colour)
{
	char word[24] = "-";

	if (is_known)
		(void)snprintf(word, sizeof(word), "%lld", number);
	add_cell(line, table, word, -width, colour);
}

/* Prints the line without the blanks at its end. */
static void
print_line(struct text *line)
{
	size_t length = line->length;

	while (length > 0 && line->data[length - 1] == ' ')
		length--;
	if (text_ok(line))
		(void)printf("%.*s\n", (int)length, line->data);
	text_free(line);
}

static const char *
printable_label(struct text *printable, const char *label)
{
	text_init(printable);
	text_add_printable(printable, label != NULL ? label : "-");
	return text_ok(printable) ? printable->data : "?";
}

/* Columns, not bytes: each UTF-8 character is taken for one. */
static int
columns_of(const char *string)
{
	int columns = 0;

	for (; *string != '\0'; string++)
		columns += ((unsigned char)*string & 0xc0) != 0x80;
	return columns;
}

int
ls_table_width(const char *label)
{
	struct text printable;
	int width = columns_of(printable_label(&printable, label));

	text_free(&printable);
	if (width < LABEL_WIDTH_MIN)
		return LABEL_WIDTH_MIN;
	return width < LABEL_WIDTH_MAX ? width : LABEL_WIDTH_MAX;
}

void
ls_table_header(const struct ls_table *table)
{
	const char *health = table->has_health ? "HEALTH      " : "";

	if (table->is_long)
		(void)printf("%-*s %-12s %-8s %7s %-13s %s%6s %s\n",
		    table->label_width, "ENDPOINT", "NAME", "STATE", "PID",
		    "MASTER", health, "IDLE", "SOCKET");
	else
		(void)printf("%-*s %4s %4s %5s %7s %s%-*s %s\n",
		    table->label_width, "ENDPOINT", "HELD", "FREE", "STALE",
		    "MASTERS", health, FOLDER_WIDTH, "FOLDER", "NOTE");
}

static void
add_health(struct text *line, const struct ls_table *table,
    const struct health_answer *health)
{
	const char *state = health != NULL ? health->values[HEALTH_STATE] : "-";
	enum colour colour = NO_COLOUR;

	if (!table->has_health)
		return;
	if (strcmp(state, "healthy") == 0)
		colour = GREEN;
	else if (strcmp(state, "unreachable") == 0 ||
	    strcmp(state, "mismatch") == 0)
		colour = RED;
	add_cell(line, table, state, HEALTH_WIDTH, colour);
}

static void
add_label(struct text *line, const struct ls_table *table, const char *label)
{
	struct text printable;
	const char *word = printable_label(&printable, label);
	int bytes = (int)strlen(word);

	/* printf counts bytes. */
	add_cell(line, table, word,
	    table->label_width + bytes - columns_of(word), NO_COLOUR);
	text_free(&printable);
}

static enum colour
colour_of(const struct inspect_lease *lease)
{
	switch (lease->state) {
	case INSPECT_HELD:
		return YELLOW;
	case INSPECT_LEFTOVER:
		return RED;
	case INSPECT_FREE:
		break;
	}
	return GREEN;
}

static void
print_lease(const struct ls_table *table, const struct ls_view *view,
    const struct inspect_lease *lease)
{
	const char *known = ls_master_word(lease->master);
	const char *master = known != NULL ? known : "unknown";
	char word[32];
	struct text line;

	text_init(&line);
	add_label(&line, table, view->label);
	add_cell(
	    &line, table, lease->name, NAMESPACE_LEASE_NAME_LENGTH, NO_COLOUR);
	add_cell(
	    &line, table, ls_state_word(lease->state), 8, colour_of(lease));
	add_number(&line, table, lease->holder_pid > 0, lease->holder_pid, 7,
	    NO_COLOUR);
	if (lease->master_pid > 0)
		(void)snprintf(word, sizeof(word), "%s %ld", master,
		    (long)lease->master_pid);
	else
		(void)snprintf(word, sizeof(word), "%s", master);
	add_cell(&line, table, word, 13,
	    lease->master == INSPECT_HUNG || lease->master == INSPECT_DEAD
		? RED
		: NO_COLOUR);
	add_health(&line, table, view->health);
	add_number(&line, table, lease->idle_secs >= 0, lease->idle_secs, 6,
	    NO_COLOUR);
	if (lease->master != INSPECT_NONE) {
		text_add_printable(&line, view->root);
		text_printf(&line, "/%s/" NAMESPACE_SOCKETS "/%s", view->folder,
		    lease->name);
	} else {
		text_add(&line, "-");
	}
	print_line(&line);
}

/* What the label does not tell; last of all the host as it was typed. */
static void
add_note(struct text *line, const struct ls_view *view)
{
	const struct record *record = view->record;

	if (view->trouble != NULL) {
		text_add(line, "cannot be read");
	} else if (record == NULL) {
		text_add(line, "no record");
	} else if (view->is_elsewhere) {
		text_add(line, "of another machine");
	} else if (record->plain_reason != NULL) {
		text_add(line, "plain: ");
		text_add_printable(line, record->plain_reason);
	} else if (record->destination != NULL && record->hostname != NULL &&
	    strcmp(record->destination, record->hostname) != 0) {
		text_add(line, "as ");
		text_add_printable(line, record->destination);
	}
}

/* Why the server is not well, and how old the answer is. */
static void
add_reason(struct text *line, const struct health_answer *health)
{
	struct text age;

	if (health == NULL)
		return;
	if (health->values[HEALTH_REASON] != NULL) {
		if (line->length > 0 && line->data[line->length - 1] != ' ')
			text_add(line, "; ");
		if (health->values[HEALTH_STEP] != NULL)
			text_printf(line, "%s: ", health->values[HEALTH_STEP]);
		text_add_printable(line, health->values[HEALTH_REASON]);
	}
	text_init(&age);
	health_answer_add_age(&age, health);
	if (age.length > 2 && text_ok(&age))
		text_add(line,
		    line->length > 0 && line->data[line->length - 1] != ' '
			? age.data
			: age.data + 2);
	text_free(&age);
}

static void
print_namespace(const struct ls_table *table, const struct ls_view *view)
{
	bool is_known = view->inspection != NULL;
	struct ls_count count = {0, 0, 0, 0};
	struct text line;

	if (is_known)
		ls_count(&count, view->inspection);
	text_init(&line);
	add_label(&line, table, view->label);
	add_number(&line, table, is_known, (long long)count.held, 4,
	    count.held > 0 ? YELLOW : NO_COLOUR);
	add_number(&line, table, is_known, (long long)count.free, 4,
	    count.free > 0 ? GREEN : NO_COLOUR);
	add_number(&line, table, is_known, (long long)count.stale, 5,
	    count.stale > 0 ? RED : NO_COLOUR);
	add_number(
	    &line, table, is_known, (long long)count.masters, 7, NO_COLOUR);
	add_health(&line, table, view->health);
	text_printf(&line, "%-*.*s ", FOLDER_WIDTH, FOLDER_WIDTH, view->folder);
	add_note(&line, view);
	add_reason(&line, view->health);
	print_line(&line);
}

void
ls_table_namespace(const struct ls_table *table, const struct ls_view *view)
{
	size_t i;

	if (!table->is_long) {
		print_namespace(table, view);
		return;
	}
	for (i = 0; view->inspection != NULL && i < view->inspection->count;
	     i++)
		print_lease(table, view, &view->inspection->leases[i]);
}
