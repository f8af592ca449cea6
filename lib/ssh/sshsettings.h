/*
 * The settings of a session: the lines of ssh -G ("keyword value") that a
 * client needs, as a record keeps them.
 */
#ifndef SSHSETTINGS_H
#define SSHSETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a line of ssh -G that begins with this word is a setting. */
bool sshsettings_is_one(const char *keyword);

/*
 * Splits lines in place into pairs of strings. An empty string ends them. False
 * if they are malformed, or there is none.
 */
bool sshsettings_split(char *settings);

/*
 * Walks through split settings. Returns the keyword after this one, and stores
 * the value of this one in *value. Returns null after the last.
 */
const char *sshsettings_next(const char *keyword, const char **value);

/* Whether ssh would read a variable whose name is too long. */
bool sshsettings_have_overlong_variable(const char *settings);

/* The value of TERM to send: that of SetEnv, or of this process; never null. */
const char *sshsettings_term(const char *settings);

/*
 * Calls add(argument, "NAME=VALUE") for each variable to send: those of the
 * environment that SendEnv permits, then those of SetEnv.
 */
void sshsettings_variables(const char *settings,
    void (*add)(void *argument, const char *variable), void *argument);

/*
 * The size of these variables in bytes. Unknown settings (null) count the whole
 * environment.
 */
size_t sshsettings_variables_size(const char *settings);

#endif
