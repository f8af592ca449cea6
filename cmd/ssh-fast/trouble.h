/* What a run says where it has no lease for some trouble of ours. */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "namespace/failure.h"
#include "ssh-fast/run.h"

#include <stdbool.h>

/*
 * Says what has failed, and what helps. ends: nothing is run then; else plain
 * ssh runs, and a script is not told. On a terminal a line a day is enough for
 * folders that are not safe; other trouble is told with --verbose alone.
 */
void
trouble_tell(const struct run *run, const struct failure *failure, bool ends);

#endif
