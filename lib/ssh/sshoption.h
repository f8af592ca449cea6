/* What each of ssh's options means for a connection that is to be shared. */
#ifndef SSHOPTION_H
#define SSHOPTION_H

#include "ssh/sshargs.h"
#include "ssh/sshwords.h"

#include <stdbool.h>
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
	/* A restriction: it only refuses what the configuration may ask for. */
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

/* One option, taken apart. */
struct sshoption {
	enum sshoption_effect effect;
	const char *plain_reason;
	char keyword[SSHWORDS_KEYWORD_MAX]; /* empty for a flag */
	const char *value;
	size_t value_length;
};

/* Takes an option apart; the value points into it. */
void
sshoption_read(struct sshoption *meaning, const struct sshargs_option *option);

/*
 * Whether the value is written down as a digest alone: it may hold a secret, or
 * it is a way to the host. So is what is not understood.
 */
bool sshoption_is_secret(
    const struct sshargs_option *option, const struct sshoption *meaning);

/* The CARRIES_ bit that a restriction of that effect refuses; 0 for others. */
unsigned int sshoption_restriction(enum sshoption_effect effect);

/* The same of a whole option. */
unsigned int sshoption_restricts(const struct sshargs_option *option);

/* Whether the option concerns the session alone, not the connection. */
bool sshoption_is_session(const struct sshargs_option *option);

/*
 * The reason of the first option that makes a run plain whatever else there
 * is, in a few words; null where no option does.
 */
const char *sshoption_plain_reason(const struct sshargs *args);

#endif
