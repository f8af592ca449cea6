/*
 * The settings of a session: those lines of ssh -G ("keyword value") that a
 * client has to know, as a record keeps them.
 */
#ifndef SSHSETTINGS_H
#define SSHSETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a line of ssh -G that begins with the word is one of settings. */
bool sshsettings_is_one(const char *keyword);

/*
 * Takes lines apart in place, into pairs of strings up to an empty one. False
 * where they are garbled, or there is none.
 */
bool sshsettings_split(char *settings);

/*
 * Walks through settings that were split: the keyword of the next pair, where
 * keyword is that of this one, whose value goes to *value. Null behind the
 * last.
 */
const char *sshsettings_next(const char *keyword, const char **value);

/* Whether ssh would have to look at a variable that has an overlong name. */
bool sshsettings_have_overlong_variable(const char *settings);

/* The value of TERM to be sent: SetEnv's, else this process's; never null. */
const char *sshsettings_term(const char *settings);

/*
 * Hands the variables that are to be sent to add(argument, "NAME=VALUE"): what
 * SendEnv lets through of the environment, then SetEnv's.
 */
void sshsettings_variables(const char *settings,
    void (*add)(void *argument, const char *variable), void *argument);

/*
 * How many bytes these variables take in all. Settings that are not known
 * (null) let the whole environment through.
 */
size_t sshsettings_variables_size(const char *settings);

#endif
