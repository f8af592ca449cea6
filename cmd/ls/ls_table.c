#include "ls/ls_table.h"

#include "base/text.h"
#include "ls/ls_cell.h"
#include "namespace/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SCREEN_WIDTH = 80,
	LABEL_WIDTH_MIN = 8,
	/* A longer label has a line of its own. */
	LABEL_WIDTH_MAX = 32,
	HEALTH_WIDTH = 11,
	PROGRAM_WIDTH = 15,
	INDENT = 2,
};

/* Prints the line without trailing blanks. */
static void
print_line(struct ls_table *table, struct text *line)
{
	size_t length = line->length;

	while (length > 0 && line->data[length - 1] == ' ')
		length--;
	/* The last line is for the number of omitted lines. */
	if (table->room > 0 && table->lines + 1 >= table->room)
		table->cut++;
	else if (text_ok(line)) {
		(void)printf("%.*s\n", (int)length, line->data);
		table->lines++;
	}
	text_free(line);
}

static void
print_string(struct ls_table *table, const char *string)
{
	struct text line;

	text_init(&line);
	text_add(&line, string);
	print_line(table, &line);
}

void
ls_table_end(struct ls_table *table)
{
	if (table->cut > 0)
		(void)printf("... and %zu lines more", table->cut);
}

/* A line below a row, cut off at the width of the screen. */
static void
print_below(struct ls_table *table, int indent, const char *words)
{
	struct text line;
	size_t length = strlen(words);
	int room = SCREEN_WIDTH - indent;

	text_init(&line);
	text_printf(&line, "%*s", indent, "");
	if (ls_cell_columns(words) <= room) {
		text_add(&line, words);
	} else {
		/* Not in the middle of a character. */
		for (length = (size_t)room - 3; length > 0 &&
		     ((unsigned char)words[length] & 0xc0) == 0x80;
		     length--)
			;
		text_add_bytes(&line, words, length);
		text_add(&line, "...");
	}
	print_line(table, &line);
}

int
ls_table_width(const char *label)
{
	struct text printable;
	int width = LABEL_WIDTH_MIN;

	text_init(&printable);
	text_add_printable(&printable, label != NULL ? label : "-");
	if (text_ok(&printable))
		width = ls_cell_columns(printable.data);
	text_free(&printable);
	if (width < LABEL_WIDTH_MIN)
		return LABEL_WIDTH_MIN;
	return width < LABEL_WIDTH_MAX ? width : LABEL_WIDTH_MAX;
}

void
ls_table_header(struct ls_table *table)
{
	struct text line;

	text_init(&line);
	text_printf(&line, "%-*s ", table->label_width, "ENDPOINT");
	if (!table->is_long)
		text_add(&line, "HELD FREE LEFTOVER ALIVE HUNG DEAD ");
	if (table->has_health)
		text_printf(&line, "%-*s ", HEALTH_WIDTH, "HEALTH");
	else
		text_printf(&line, "%-*s ", CATALOGUE_FOLDER_SHOWN, "FOLDER");
	text_add(&line, "AS");
	print_line(table, &line);
	if (table->is_long)
		print_string(table,
		    "  LEASE        STATE    HOLDER                   FOR "
		    "MASTER         AGE IDLE ENDS");
}

/* Begins a row. A label that is too long has a line of its own. */
static void
add_label(struct text *line, struct ls_table *table, const char *label)
{
	struct text printable;

	text_init(&printable);
	text_add_printable(&printable, label != NULL ? label : "-");
	if (!text_ok(&printable)) {
		line->failed = true;
	} else if (ls_cell_columns(printable.data) > table->label_width) {
		print_below(table, 0, printable.data);
		ls_cell_add(line, "", table->label_width, false, LS_NO_COLOUR);
	} else {
		ls_cell_add(line, printable.data, table->label_width, false,
		    LS_NO_COLOUR);
	}
	text_free(&printable);
}

static void
add_health(struct text *line, const struct ls_table *table,
    const struct health_answer *health)
{
	const char *state = health != NULL ? health->values[HEALTH_STATE] : "-";
	enum ls_colour colour = LS_NO_COLOUR;

	if (strcmp(state, "healthy") == 0)
		colour = LS_GREEN;
	else if (strcmp(state, "unreachable") == 0 ||
	    strcmp(state, "mismatch") == 0)
		colour = LS_RED;
	ls_cell_add(line, state, HEALTH_WIDTH, table->has_colour, colour);
}

static void
add_counts(struct text *line, const struct ls_table *table,
    const struct inspection *inspection)
{
	struct ls_count count = {0};
	bool is_known = inspection != NULL, colour = table->has_colour;

	if (is_known)
		ls_count(&count, inspection);
	ls_cell_add_number(
	    line, is_known, (long long)count.held, 4, colour, LS_YELLOW);
	ls_cell_add_number(
	    line, is_known, (long long)count.free, 4, colour, LS_GREEN);
	ls_cell_add_number(
	    line, is_known, (long long)count.leftover, 8, colour, LS_RED);
	ls_cell_add_number(
	    line, is_known, (long long)count.alive, 5, colour, LS_GREEN);
	ls_cell_add_number(
	    line, is_known, (long long)count.hung, 4, colour, LS_RED);
	ls_cell_add_number(
	    line, is_known, (long long)count.dead, 4, colour, LS_RED);
}

static void
add_part(struct text *note, const char *between)
{
	if (note->length > 0)
		text_add(note, between);
}

/* The reason why the server is not healthy, and the age of the answer. */
static void
add_reason(struct text *note, const struct health_answer *health)
{
	struct text age;

	if (health == NULL)
		return;
	if (health->values[HEALTH_REASON] != NULL) {
		add_part(note, "; ");
		if (health->values[HEALTH_STEP] != NULL)
			text_printf(note, "%s: ", health->values[HEALTH_STEP]);
		text_add_printable(note, health->values[HEALTH_REASON]);
	}
	text_init(&age);
	health_answer_add_age(&age, health);
	/* It begins with a separator. */
	if (age.length > 2 && text_ok(&age))
		text_add(note, note->length > 0 ? age.data : age.data + 2);
	text_free(&age);
}

/* The facts that the row does not have. */
static void
print_note(struct ls_table *table, const struct ls_view *view)
{
	struct text note;

	text_init(&note);
	if (view->trouble != NULL) {
		text_add(&note, "cannot be read");
	} else if (view->record == NULL) {
		text_add(&note, "no record: another program made it");
	} else if (view->is_elsewhere) {
		text_add(&note, "of another machine");
	} else if (view->record->plain_reason != NULL) {
		text_add(&note, "plain ssh: ");
		text_add_printable(&note, view->record->plain_reason);
	}
	add_reason(&note, view->health);
	if (text_ok(&note) && note.length > 0)
		print_below(table, INDENT, note.data);
	text_free(&note);
}

/*
 * The words of the command line: at the end of the row, or below if they are
 * too long.
 */
static void
print_row(struct ls_table *table, struct text *row, int used, const char *call)
{
	struct text words;
	bool fits;

	text_init(&words);
	text_add_printable(&words, call != NULL ? call : "");
	fits = text_ok(&words) &&
	    (words.length == 0 ||
		used + ls_cell_columns(words.data) <= SCREEN_WIDTH);
	if (fits)
		text_add(row, words.data);
	print_line(table, row);
	if (!fits && text_ok(&words))
		print_below(table, INDENT, words.data);
	text_free(&words);
}

static void
print_namespace(struct ls_table *table, const struct ls_view *view)
{
	int used = table->label_width + 1 + CATALOGUE_FOLDER_SHOWN + 1;
	struct text line;

	text_init(&line);
	add_label(&line, table, view->label);
	if (!table->is_long) {
		add_counts(&line, table, view->inspection);
		used += 4 + 4 + 8 + 5 + 4 + 4 + 6;
	}
	if (table->has_health)
		add_health(&line, table, view->health);
	else
		text_printf(&line, "%-*.*s ", CATALOGUE_FOLDER_SHOWN,
		    CATALOGUE_FOLDER_SHOWN, view->folder);
	print_row(table, &line, used, view->call);
	print_note(table, view);
}

static enum ls_colour
colour_of(const struct inspect_lease *lease)
{
	switch (lease->state) {
	case INSPECT_HELD:
		return LS_YELLOW;
	case INSPECT_LEFTOVER:
		return LS_RED;
	case INSPECT_FREE:
		break;
	}
	return LS_GREEN;
}

/* "PID WORD", or the known part; the word can be anything. */
static void
add_process(struct text *line, const char *front, pid_t pid,
    const char *program, int width)
{
	struct text word;

	text_init(&word);
	text_add(&word, front);
	if (pid > 0)
		text_printf(
		    &word, "%s%ld", front[0] != '\0' ? " " : "", (long)pid);
	if (program[0] != '\0') {
		text_add(&word, " ");
		text_add_printable(&word, program);
	}
	if (word.length == 0)
		text_add(&word, "-");
	if (text_ok(&word))
		ls_cell_add(line, word.data, width, false, LS_NO_COLOUR);
	text_free(&word);
}

static void
print_connection(struct ls_table *table, const struct inspect_lease *lease)
{
	char words[2 * PLATFORM_ADDRESS_SIZE + 8];

	if (lease->connection.far[0] == '\0')
		return;
	(void)snprintf(words, sizeof(words), "%s to %s",
	    lease->connection.local, lease->connection.far);
	print_below(table, INDENT + NAMESPACE_LEASE_NAME_LENGTH + 1, words);
}

static void
print_path(struct ls_table *table, const struct ls_view *view,
    const struct inspect_lease *lease)
{
	struct text line;

	if (!table->has_paths || lease->master == INSPECT_NONE)
		return;
	text_init(&line);
	text_printf(&line, "%*s", INDENT + NAMESPACE_LEASE_NAME_LENGTH + 1, "");
	text_add_printable(&line, view->root);
	text_printf(
	    &line, "/%s/" NAMESPACE_SOCKETS "/%s", view->folder, lease->name);
	print_line(table, &line);
}

static void
print_lease(struct ls_table *table, const struct ls_view *view,
    const struct inspect_lease *lease)
{
	const char *known = ls_master_word(lease->master);
	const char *master = known != NULL ? known : "unknown";
	struct text line;

	text_init(&line);
	text_printf(&line, "%*s%s ", INDENT, "", lease->name);
	ls_cell_add(&line, ls_state_word(lease->state), 8, table->has_colour,
	    colour_of(lease));
	add_process(&line, "", lease->holder_pid, lease->holder_program,
	    7 + 1 + PROGRAM_WIDTH);
	ls_cell_add_time(&line, lease->held_secs, 4);
	add_process(&line, master, lease->master_pid, "", 13);
	ls_cell_add_time(&line, lease->master_age_secs, 4);
	ls_cell_add_time(&line, lease->idle_secs, 4);
	ls_cell_add_time(&line, lease->ends_secs, 4);
	print_line(table, &line);
	print_connection(table, lease);
	print_path(table, view, lease);
}

void
ls_table_namespace(struct ls_table *table, const struct ls_view *view)
{
	size_t i;

	print_namespace(table, view);
	if (!table->is_long)
		return;
	for (i = 0; view->inspection != NULL && i < view->inspection->count;
	     i++)
		print_lease(table, view, &view->inspection->leases[i]);
}
