/* SSH_FAST_DISABLE, which works whatever else is wrong. */
#ifndef DISABLED_H
#define DISABLED_H

#include "ssh-fast/options.h"

#include <stdbool.h>

/* Whether it is set, to anything but 0 or nothing. */
bool disabled_is_set(void);

/*
 * Reads the options of such a run. Of all that is said only which ssh to run
 * counts, and whether it is a question: a wrong value must not matter. The
 * index of the first word of ssh's.
 */
int disabled_read(struct options *options, int argc, char *argv[]);

#endif
