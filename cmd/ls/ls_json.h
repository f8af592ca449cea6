#ifndef LS_JSON_H
#define LS_JSON_H

#include "ls/ls_view.h"

#include <stdbool.h>

/* One JSON document. False without memory. */
bool ls_json_begin(const char *root);
bool ls_json_namespace(const struct ls_view *view, bool is_first);
void ls_json_end(void);

#endif
