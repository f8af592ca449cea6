/*
 * Removes expired files below the root, outside of namespaces: answers of ssh,
 * and notes of silent agents.
 */
#ifndef KEPT_H
#define KEPT_H

#include "lease/sweep.h"

/*
 * Removes expired files, and unfinished ones that are older than ttl_secs.
 * Reports them as for a namespace.
 */
void kept_sweep(
    const struct namespace_root *root, const struct sweep_options *options);

#endif
