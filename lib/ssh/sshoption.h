/* The effect of each option of ssh on a shared connection. */
#ifndef SSHOPTION_H
#define SSHOPTION_H

#include "ssh/sshargs.h"
#include "ssh/sshwords.h"

#include <stdbool.h>
#include <stddef.h>

/* Features that a connection can have besides its session. */
enum {
	CARRIES_AGENT = 1 << 0,
	CARRIES_X11 = 1 << 1,
	CARRIES_FORWARDINGS = 1 << 2,
	CARRIES_LOCAL_COMMAND = 1 << 3,
};

/* The effect of an option on the connection. */
enum sshoption_effect {
	SSHOPTION_SHAPES, /* it shapes the connection, the login or what is granted */
	SSHOPTION_SESSION, /* it concerns the session alone */
	SSHOPTION_PLAIN, /* no lease with this one */
	/* A restriction: it only removes a feature of the configuration. */
	SSHOPTION_NO_AGENT,
	SSHOPTION_NO_X11,
	SSHOPTION_NO_FORWARDINGS,
	SSHOPTION_NO_LOCAL_COMMAND,
	SSHOPTION_VERBOSE,
	SSHOPTION_BACKGROUND,
	SSHOPTION_STDIO_FORWARD,
	SSHOPTION_USER,
	SSHOPTION_PORT,
	SSHOPTION_KEY_FILE, /* names a file: the key in it counts */
	SSHOPTION_CERTIFICATE_FILE, /* the same of a certificate */
	SSHOPTION_CONFIG_FILE,
};

/* One parsed option. */
struct sshoption {
	enum sshoption_effect effect;
	const char *plain_reason;
	char keyword[SSHWORDS_KEYWORD_MAX]; /* empty for a flag */
	const char *value;
	size_t value_length;
};

/* Parses an option. The value points into it. */
void
sshoption_read(struct sshoption *meaning, const struct sshargs_option *option);

/*
 * Whether only a digest of the value is written down: it may be a secret, or it
 * names a program or another host. This includes options that are not
 * understood.
 */
bool sshoption_is_secret(
    const struct sshargs_option *option, const struct sshoption *meaning);

/* The CARRIES_ bit of the feature that this restriction removes, or 0. */
unsigned int sshoption_restriction(enum sshoption_effect effect);

/* The same for a whole option. */
unsigned int sshoption_restricts(const struct sshargs_option *option);

/* Whether the option affects only the session. */
bool sshoption_is_session(const struct sshargs_option *option);

/*
 * The reason of the first option that always makes a run plain, in a few words,
 * or null.
 */
const char *sshoption_plain_reason(const struct sshargs *args);

#endif
