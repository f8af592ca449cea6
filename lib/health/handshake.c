#include "health/handshake.h"

#include "health/dial.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* The way ssh-keygen -l has it. */
static void
print_fingerprint(char *to, const unsigned char *hash)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789+/";
	unsigned int bits = 0, count = 0;
	int i;

	memcpy(to, "SHA256:", 7);
	to += 7;
	for (i = 0; i < 32; i++) {
		bits = (bits << 8 | hash[i]) & 0xffff;
		for (count += 8; count >= 6; count -= 6)
			*to++ = digits[bits >> (count - 6) & 63];
	}
	*to++ = digits[bits << (6 - count) & 63];
	*to = '\0';
}

static const char *
key_type_name(int type)
{
	switch (type) {
	case LIBSSH2_HOSTKEY_TYPE_RSA:
		return "RSA";
	case LIBSSH2_HOSTKEY_TYPE_DSS:
		return "DSA";
	case LIBSSH2_HOSTKEY_TYPE_ECDSA_256:
	case LIBSSH2_HOSTKEY_TYPE_ECDSA_384:
	case LIBSSH2_HOSTKEY_TYPE_ECDSA_521:
		return "ECDSA";
	case LIBSSH2_HOSTKEY_TYPE_ED25519:
		return "ED25519";
	default:
		return "unknown";
	}
}

static enum handshake_outcome
failed(struct handshake *handshake, LIBSSH2_SESSION *session, int error)
{
	char *message = NULL;

	(void)libssh2_session_last_error(session, &message, NULL, 0);
	subject_copy_clean(handshake->reason, sizeof(handshake->reason),
	    message != NULL && *message != '\0' ? message : "failed");
	return error == LIBSSH2_ERROR_KEX_FAILURE ||
		error == LIBSSH2_ERROR_METHOD_NONE ||
		error == LIBSSH2_ERROR_METHOD_NOT_SUPPORTED
	    ? HANDSHAKE_NO_METHOD
	    : HANDSHAKE_FAILED;
}

static enum handshake_outcome
examine_key(struct handshake *handshake, LIBSSH2_SESSION *session,
    struct known_hosts *hosts)
{
	const char *hash, *key;
	size_t length = 0;
	int type = 0;

	key = libssh2_session_hostkey(session, &length, &type);
	hash = libssh2_hostkey_hash(session, LIBSSH2_HOSTKEY_HASH_SHA256);
	if (key == NULL || hash == NULL) {
		(void)snprintf(handshake->reason, sizeof(handshake->reason),
		    "no host key");
		return HANDSHAKE_FAILED;
	}
	print_fingerprint(handshake->fingerprint, (const unsigned char *)hash);
	handshake->key_type = key_type_name(type);
	handshake->verdict = known_hosts_check(hosts, key, length, type);
	return HANDSHAKE_DONE;
}

static enum handshake_outcome
shake(struct handshake *handshake, LIBSSH2_SESSION *session, int fd,
    void (*got_banner)(void *context, const char *banner), void *context,
    int64_t deadline_us)
{
	const char *banner;
	int error, directions;
	short events;

	for (;;) {
		error = libssh2_session_handshake(session, fd);
		banner = libssh2_session_banner_get(session);
		if (handshake->banner[0] == '\0' && banner != NULL &&
		    strncmp(banner, "SSH-", 4) == 0) {
			subject_copy_clean(handshake->banner,
			    sizeof(handshake->banner), banner);
			got_banner(context, handshake->banner);
		}
		if (error == 0)
			return HANDSHAKE_DONE;
		if (error != LIBSSH2_ERROR_EAGAIN)
			return failed(handshake, session, error);
		directions = libssh2_session_block_directions(session);
		events =
		    directions & LIBSSH2_SESSION_BLOCK_OUTBOUND ? POLLOUT : 0;
		if (directions & LIBSSH2_SESSION_BLOCK_INBOUND || events == 0)
			events |= POLLIN;
		if (dial_wait(fd, events, deadline_us) == -1)
			break;
	}
	(void)snprintf(handshake->reason, sizeof(handshake->reason), "%s",
	    strerror(errno));
	return errno == ETIMEDOUT ? HANDSHAKE_TIMED_OUT : HANDSHAKE_FAILED;
}

enum handshake_outcome
handshake_run(struct handshake *handshake, int fd,
    const struct subject *subject,
    void (*got_banner)(void *context, const char *banner), void *context,
    int64_t deadline_us)
{
	LIBSSH2_SESSION *session;
	struct known_hosts hosts;
	enum handshake_outcome outcome = HANDSHAKE_FAILED;

	memset(handshake, 0, sizeof(*handshake));
	(void)snprintf(
	    handshake->reason, sizeof(handshake->reason), "out of memory");
	if (libssh2_init(0) != 0)
		return outcome;
	session = libssh2_session_init();
	if (session != NULL && known_hosts_read(&hosts, session, subject)) {
		libssh2_session_set_blocking(session, 0);
		known_hosts_prefer(&hosts, session);
		outcome = shake(
		    handshake, session, fd, got_banner, context, deadline_us);
		if (outcome == HANDSHAKE_DONE)
			outcome = examine_key(handshake, session, &hosts);
		known_hosts_free(&hosts);
	}
	if (session != NULL)
		(void)libssh2_session_free(session);
	return outcome;
}
