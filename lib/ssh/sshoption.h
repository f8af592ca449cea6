/* What each of ssh's options means for a connection that is to be shared. */
#ifndef SSHOPTION_H
#define SSHOPTION_H

#include "ssh/sshargs.h"
#include "ssh/sshconfig.h"

#include <stddef.h>

/* What a connection may be asked to carry besides its session. */
enum {
	CARRIES_AGENT = 1 << 0,
	CARRIES_X11 = 1 << 1,
	CARRIES_FORWARDINGS = 1 << 2,
	CARRIES_LOCAL_COMMAND = 1 << 3,
};

/* What an option means for the connection. */
enum sshoption_effect {
	SSHOPTION_SHAPES, /* it shapes the connection, the login or what is granted */
	SSHOPTION_SESSION, /* it concerns the session alone */
	SSHOPTION_PLAIN, /* no lease with this one */
	SSHOPTION_TAKES_AGENT,
	SSHOPTION_TAKES_X11,
	SSHOPTION_TAKES_FORWARDINGS,
	SSHOPTION_TAKES_LOCAL_COMMAND,
	SSHOPTION_VERBOSE,
	SSHOPTION_BACKGROUND,
	SSHOPTION_STDIO_FORWARD,
	SSHOPTION_USER,
	SSHOPTION_PORT,
	SSHOPTION_KEY_FILE, /* names a file whose identity counts */
	SSHOPTION_CONFIG_FILE,
};

/* One option, taken apart. */
struct sshoption {
	enum sshoption_effect effect;
	const char *plain_reason;
	char keyword[SSHCONFIG_KEYWORD_MAX]; /* empty for a flag */
	const char *value;
	size_t value_length;
};

/* Takes an option apart; the value points into it. */
void
sshoption_read(struct sshoption *meaning, const struct sshargs_option *option);

/* The CARRIES_ bits that an option of that effect takes away, or 0. */
unsigned int sshoption_takes_away(enum sshoption_effect effect);

#endif
