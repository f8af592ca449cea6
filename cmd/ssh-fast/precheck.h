/*
 * Asks ssh-fast-health before a login. A server that is down would cost two
 * minutes.
 */
#ifndef PRECHECK_H
#define PRECHECK_H

#include "ssh-fast/run.h"

/*
 * Whether the server is unusable: it cannot be reached, is not an SSH server,
 * or has another host key. A message has the reason. False if it may be usable,
 * or that is unknown. Takes at most options.health_ms and some milliseconds.
 */
bool precheck_finds_it_down(const struct run *run);

#endif
