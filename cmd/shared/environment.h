/* The environment variables that this program trusts. */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

/*
 * The value of the variable, or null if it is not set. Always null if this
 * process has more rights than its caller. A set-user-id program must not run
 * or open what the caller names.
 */
const char *environment_get(const char *name);

#endif
