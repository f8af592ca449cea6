#ifndef LS_TABLE_H
#define LS_TABLE_H

#include "ls/ls_view.h"

#include <stdbool.h>

/* The table: a line per namespace or, when long, per lease. */
struct ls_table {
	bool is_long;
	bool has_health;
	bool has_colour;
	int label_width;
};
void ls_table_header(const struct ls_table *table);
void
ls_table_namespace(const struct ls_table *table, const struct ls_view *view);
/* How wide the label will be in the table. */
int ls_table_width(const char *label);

#endif
