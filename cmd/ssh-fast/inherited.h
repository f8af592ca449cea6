/* What a run inherits, and hands on to ssh as it was. */
#ifndef INHERITED_H
#define INHERITED_H

#include "ssh-fast/run.h"

#include <stdbool.h>

/* Opens what is closed of descriptors 0 to 2, close-on-exec. */
void inherited_occupy_descriptors(void);

/* Blocks the signals that our own writes may raise. */
void inherited_hold_signals(struct run *run);

/*
 * Restores the mask; may_be_pending: discards the signals that our own writes
 * have raised.
 */
void inherited_give_back_signals(const struct run *run, bool may_be_pending);

#endif
