#ifndef LS_TABLE_H
#define LS_TABLE_H

#include "ls/ls_view.h"

#include <stdbool.h>
#include <stddef.h>

/* The table: one line per namespace and, if it is long, per lease. */
struct ls_table {
	bool is_long;
	bool has_paths;
	bool has_health;
	bool has_colour;
	int label_width;
	size_t room; /* for so many lines; 0: for any number */
	size_t lines, cut; /* printed, and left out for want of room */
};
void ls_table_header(struct ls_table *table);
void ls_table_namespace(struct ls_table *table, const struct ls_view *view);
/* Prints the number of omitted lines, if any. */
void ls_table_end(struct ls_table *table);
/* The width of the label in the table. */
int ls_table_width(const char *label);

#endif
