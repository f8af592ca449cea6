/* The variables of whoever started this program, as far as they count. */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

/*
 * The variable's value, or null where it is not set. Null for every variable
 * where this process has more rights than the user who started it: a program
 * that is set-user-id runs nothing and opens nothing that its caller names.
 */
const char *environment_get(const char *name);

#endif
