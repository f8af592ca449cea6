/*
 * What is kept below the root beside the namespaces (answers of ssh, notes of
 * silent agents), when nobody can have any use for it any more.
 */
#ifndef KEPT_H
#define KEPT_H

#include "lease/sweep.h"

/*
 * Removes what is old; what is being written, once it is as old as ttl_secs.
 * What is done is told as for a namespace.
 */
void kept_sweep(
    const struct namespace_root *root, const struct sweep_options *options);

#endif
