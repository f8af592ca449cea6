/* Asking ssh-fast-health before a login, so that a server that is down costs
 * no two minutes. */
#ifndef PRECHECK_H
#define PRECHECK_H

#include "ssh-fast/run.h"

/*
 * Whether the server is known to be of no use: it cannot be reached, is none
 * of SSH, or has not the host key that is expected; a message has told then
 * which. False where it may be of use, and wherever that cannot be found out.
 * Takes options.health_ms and some milliseconds at most.
 */
bool precheck_finds_it_down(const struct run *run);

#endif
