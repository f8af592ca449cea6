#include "health/handshake.h"

#include "base/digest.h"
#include "base/text.h"
#include "health/dial.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The format of ssh-keygen -l. */
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

/*
 * The text that sshd sends in place of a banner, if any; it may also close the
 * connection. Null for other text.
 */
static const char *
explain(const char *greeting)
{
	if (strncmp(greeting, "Not allowed at this time", 24) == 0)
		return "it refuses this address for a while, after too many "
		       "connections without a login (PerSourcePenalties)";
	if (strncmp(greeting, "Exceeded MaxStartups", 20) == 0)
		return "too many logins are under way there (MaxStartups)";
	if (greeting[0] == '\0')
		return "it hung up before its banner: it may refuse this "
		       "address for a while (PerSourcePenalties), or have too "
		       "many logins under way (MaxStartups)";
	return NULL;
}

static void
failed(struct outcome *outcome, LIBSSH2_SESSION *session, int error,
    const char *greeting)
{
	const char *reason = NULL;
	char *message = NULL;

	if (error == LIBSSH2_ERROR_KEX_FAILURE ||
	    error == LIBSSH2_ERROR_METHOD_NONE ||
	    error == LIBSSH2_ERROR_METHOD_NOT_SUPPORTED)
		outcome->end = OUTCOME_NO_METHOD;
	else if (outcome->banner[0] == '\0')
		reason = explain(greeting);
	(void)libssh2_session_last_error(session, &message, NULL, 0);
	if (reason == NULL)
		reason =
		    message != NULL && *message != '\0' ? message : "failed";
	subject_copy_clean(outcome->reason, sizeof(outcome->reason), reason);
}

static void
take_key(struct outcome *outcome, LIBSSH2_SESSION *session)
{
	const char *key;
	size_t length = 0;

	key = libssh2_session_hostkey(session, &length, &outcome->key_type);
	if (key == NULL || length == 0 || length > sizeof(outcome->key)) {
		(void)snprintf(
		    outcome->reason, sizeof(outcome->reason), "no host key");
		return;
	}
	memcpy(outcome->key, key, length);
	outcome->key_length = length;
	outcome->end = OUTCOME_KEY;
	outcome->step = REPORT_HOST_KEY;
	outcome->reason[0] = '\0';
}

/* Reads the first bytes, since libssh2 ignores them if they are no banner. */
static void
look_at_greeting(char *greeting, size_t size, int fd)
{
	ssize_t got;

	if (greeting[0] != '\0')
		return;
	got = recv(fd, greeting, size - 1, MSG_PEEK | MSG_DONTWAIT);
	greeting[got > 0 ? got : 0] = '\0';
}

void
handshake_run(struct handshake *handshake, struct outcome *outcome, int fd,
    void (*got_banner)(void *context, const char *banner), void *context,
    int64_t deadline_us)
{
	LIBSSH2_SESSION *session = handshake->session;
	char greeting[64] = "";
	const char *banner;
	int error, directions;
	short events;

	outcome->step = REPORT_BANNER;
	for (;;) {
		look_at_greeting(greeting, sizeof(greeting), fd);
		error = libssh2_session_handshake(session, fd);
		banner = libssh2_session_banner_get(session);
		if (outcome->banner[0] == '\0' && banner != NULL &&
		    strncmp(banner, "SSH-", 4) == 0) {
			subject_copy_clean(
			    outcome->banner, sizeof(outcome->banner), banner);
			outcome->step = REPORT_HANDSHAKE;
			got_banner(context, outcome->banner);
		}
		if (error == 0) {
			take_key(outcome, session);
			return;
		}
		if (error != LIBSSH2_ERROR_EAGAIN) {
			failed(outcome, session, error, greeting);
			return;
		}
		directions = libssh2_session_block_directions(session);
		events =
		    directions & LIBSSH2_SESSION_BLOCK_OUTBOUND ? POLLOUT : 0;
		if (directions & LIBSSH2_SESSION_BLOCK_INBOUND || events == 0)
			events |= POLLIN;
		if (dial_wait(fd, events, deadline_us) == -1)
			break;
	}
	if (errno == ETIMEDOUT)
		outcome->end = OUTCOME_TIMED_OUT;
	(void)snprintf(
	    outcome->reason, sizeof(outcome->reason), "%s", strerror(errno));
}

bool
handshake_open(struct handshake *handshake, const struct subject *subject)
{
	memset(handshake, 0, sizeof(*handshake));
	handshake->subject = subject;
	if (libssh2_init(0) != 0 ||
	    (handshake->session = libssh2_session_init()) == NULL)
		return false;
	if (!known_hosts_read(&handshake->hosts, handshake->session, subject)) {
		(void)libssh2_session_free(handshake->session);
		return false;
	}
	libssh2_session_set_blocking(handshake->session, 0);
	known_hosts_prefer(
	    &handshake->hosts, handshake->session, handshake->methods);
	return true;
}

void
handshake_close(struct handshake *handshake)
{
	known_hosts_free(&handshake->hosts);
	(void)libssh2_session_free(handshake->session);
}

/* Quotes it as one word for a shell. */
static void
add_word(struct text *text, const char *word)
{
	text_add(text, "'");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			text_add(text, "'\\''");
		else
			text_add_bytes(text, word, 1);
	text_add(text, "'");
}

/*
 * The fault of the key, the place of the known key and, unless it was revoked,
 * the command that removes the known one.
 */
static void
tell_place(struct report *report, struct handshake *handshake,
    const struct outcome *outcome, const char *what, bool can_be_removed)
{
	struct known_hosts_place place;
	struct text reason;

	(void)snprintf(report->reason, sizeof(report->reason), "%s", what);
	known_hosts_find(&place, handshake->session, handshake->subject,
	    (const char *)outcome->key, outcome->key_length, outcome->key_type);
	if (place.line == 0)
		return;
	text_init(&reason);
	text_printf(&reason, "%s, %s line %lu", what, place.path, place.line);
	if (can_be_removed) {
		text_add(&reason, "; ssh-keygen -f ");
		add_word(&reason, place.path);
		text_add(&reason, " -R ");
		add_word(&reason, handshake->hosts.name);
		text_add(&reason, " removes it");
	}
	/* An incomplete command is worse than none. */
	if (text_ok(&reason) && reason.length < sizeof(report->reason))
		subject_copy_clean(
		    report->reason, sizeof(report->reason), reason.data);
	text_free(&reason);
}

void
handshake_judge(struct handshake *handshake, const struct outcome *outcome,
    struct report *report)
{
	unsigned char hash[DIGEST_SIZE];

	digest_sha256(outcome->key, outcome->key_length, hash);
	print_fingerprint(report->fingerprint, hash);
	(void)snprintf(report->key_type, sizeof(report->key_type), "%s",
	    key_type_name(outcome->key_type));
	report->step = REPORT_HOST_KEY;
	switch (known_hosts_check(&handshake->hosts, (const char *)outcome->key,
	    outcome->key_length, outcome->key_type)) {
	case KNOWN_HOSTS_MATCH:
		report->state = REPORT_HEALTHY;
		report->reason[0] = '\0';
		break;
	case KNOWN_HOSTS_MISMATCH:
		report->state = REPORT_MISMATCH;
		tell_place(
		    report, handshake, outcome, "another one is known", true);
		break;
	case KNOWN_HOSTS_REVOKED:
		report->state = REPORT_MISMATCH;
		tell_place(report, handshake, outcome, "it is revoked", false);
		break;
	case KNOWN_HOSTS_UNKNOWN:
		report->state = REPORT_UNKNOWN_KEY;
		(void)snprintf(report->reason, sizeof(report->reason),
		    "none of this type is known");
		break;
	}
}
