#include "ls/ls_cell.h"

#include <stdio.h>
#include <string.h>

int
ls_cell_columns(const char *string)
{
	int columns = 0;

	for (; *string != '\0'; string++)
		columns += ((unsigned char)*string & 0xc0) != 0x80;
	return columns;
}

void
ls_cell_add(struct text *line, const char *word, int width, bool is_coloured,
    enum ls_colour colour)
{
	static const char *const begin[] = {[LS_GREEN] = "\033[32m",
	    [LS_YELLOW] = "\033[33m",
	    [LS_RED] = "\033[31m"};
	/* printf counts bytes. */
	int more = (int)strlen(word) - ls_cell_columns(word);

	is_coloured = is_coloured && colour != LS_NO_COLOUR;
	if (is_coloured)
		text_add(line, begin[colour]);
	/* printf takes a negative width for the left side. */
	text_printf(
	    line, "%*s", width > 0 ? -width - more : -width + more, word);
	if (is_coloured)
		text_add(line, "\033[0m");
	text_add(line, " ");
}

void
ls_cell_add_number(struct text *line, bool is_known, long long number,
    int width, bool is_coloured, enum ls_colour colour)
{
	char word[24] = "-";

	if (is_known)
		(void)snprintf(word, sizeof(word), "%lld", number);
	ls_cell_add(line, word, -width, is_coloured,
	    is_known && number > 0 ? colour : LS_NO_COLOUR);
}

void
ls_cell_add_time(struct text *line, int64_t secs, int width)
{
	/* A unit serves until the next one has two digits. */
	static const struct {
		int64_t secs, until;
		char letter;
	} units[] = {{1, 100, 's'}, {60, (int64_t)100 * 60, 'm'},
	    {3600, (int64_t)100 * 3600, 'h'},
	    {(int64_t)24 * 3600, INT64_MAX, 'd'}};
	char word[24] = "-";
	size_t i = 0;

	if (secs >= 0) {
		while (secs >= units[i].until)
			i++;
		(void)snprintf(word, sizeof(word), "%lld%c",
		    (long long)(secs / units[i].secs), units[i].letter);
	}
	ls_cell_add(line, word, -width, false, LS_NO_COLOUR);
}
