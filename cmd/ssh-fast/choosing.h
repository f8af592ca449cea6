/* Which pool a command line uses. */
#ifndef CHOOSING_H
#define CHOOSING_H

#include "namespace/failure.h"
#include "pool/pool.h"
#include "ssh-fast/run.h"

/*
 * Opens the pool of the command line as run->pool, which the caller closes.
 * Returns POOL_PLAIN with the reason in run->pool.plain_reason if plain ssh has
 * to run, or POOL_FAILED with *failure.
 */
enum pool_status choosing_pool(struct run *run, struct failure *failure);

#endif
