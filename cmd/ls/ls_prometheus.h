/*
 * ssh-fast-ls --prometheus: counters and states in Prometheus's text format,
 * for the textfile collector of node_exporter.
 */
#ifndef LS_PROMETHEUS_H
#define LS_PROMETHEUS_H

#include "ls/ls_view.h"

#include <stdbool.h>
#include <stddef.h>

struct ls_prometheus {
	struct ls_sample *samples; /* of the namespaces */
	size_t count, room;
};

/*
 * Keeps the values of one namespace. Its label, folder and words must stay
 * valid. False without memory.
 */
bool
ls_prometheus_add(struct ls_prometheus *prometheus, const struct ls_view *view);

/* Prints all, one family of samples after the other, and frees it. */
void ls_prometheus_end(struct ls_prometheus *prometheus);

#endif
