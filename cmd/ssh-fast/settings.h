/* ROOT/config: settings for each host, in the form of ssh_config(5). */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "namespace/failure.h"
#include "ssh-fast/run.h"

enum settings_status {
	SETTINGS_READ, /* or there are none */
	SETTINGS_BAD, /* after a message with file and line */
	SETTINGS_FAILED, /* *failure says why */
};

/*
 * Reads the arguments of ssh, then the settings of their host into
 * run->options. Variables and options override them. Fills in run->args,
 * run->home and run->settings.
 */
enum settings_status settings_read(struct run *run, struct failure *failure);

#endif
