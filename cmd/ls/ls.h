/* What ssh-fast-ls shows of one namespace, and the two ways to show it. */
#ifndef LS_H
#define LS_H

#include "lease/inspect.h"
#include "ls/ls_health.h"
#include "namespace/namespace.h"
#include "namespace/record.h"

#include <stdbool.h>
#include <stddef.h>

struct ls_view {
	const char *root; /* path of the root */
	const char *folder; /* name of the namespace below it */
	const char *label; /* user@host:port, or null */
	const struct record *record; /* null: there is none */
	bool is_elsewhere; /* of another machine */
	const struct inspection *inspection;
	const struct health_answer *health; /* null: not asked, not known */
	const char *trouble; /* why it could not be looked at, or null */
};

struct ls_count {
	size_t held, free, stale, masters;
};
void ls_count(struct ls_count *count, const struct inspection *inspection);

/* The words for people and JSON alike; null where it is not known. */
const char *ls_state_word(enum inspect_state state);
const char *ls_master_word(enum inspect_master master);

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

/* One JSON document. False where there is no memory. */
bool ls_json_begin(const char *root);
bool ls_json_namespace(const struct ls_view *view, bool is_first);
void ls_json_end(void);

#endif
