/* Cells of the table, each with a width in columns. */
#ifndef LS_CELL_H
#define LS_CELL_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum ls_colour { LS_NO_COLOUR, LS_GREEN, LS_YELLOW, LS_RED };

/* Columns, not bytes: each UTF-8 character counts as one. */
int ls_cell_columns(const char *string);

/*
 * Adds the word, without control characters, in at least this many columns
 * (negative: aligned to the right), and a blank. Has no colour without
 * is_coloured.
 */
void ls_cell_add(struct text *line, const char *word, int width,
    bool is_coloured, enum ls_colour colour);

/* Adds the number, aligned to the right, or "-" if it is unknown. */
void ls_cell_add_number(struct text *line, bool is_known, long long number,
    int width, bool is_coloured, enum ls_colour colour);

/* "47s", "12m", "3h" or "2d", to the right; negative is "-". */
void ls_cell_add_time(struct text *line, int64_t secs, int width);

#endif
