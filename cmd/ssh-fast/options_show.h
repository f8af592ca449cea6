/* What options of kinds of their own are set to, for --explain. */
#ifndef OPTIONS_SHOW_H
#define OPTIONS_SHOW_H

#include "shared/option.h"

/* Writes the value of that option, in the form in which it is given. */
void options_show(const void *options, const struct option *option,
    char shown[OPTION_SHOWN_MAX]);

#endif
