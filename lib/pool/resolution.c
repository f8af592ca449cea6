#include "pool/resolution.h"

#include "ssh/sshoption.h"
#include "ssh/sshsettings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Settings that are kept unchanged. */
static const struct {
	const char *keyword;
	size_t field; /* of struct resolution */
	const char
	    *unset; /* the value that means that there is none, or null */
} strings[] = {
    {"user", offsetof(struct resolution, user), NULL},
    {"hostname", offsetof(struct resolution, hostname), NULL},
    {"port", offsetof(struct resolution, port), NULL},
    {"hostkeyalias", offsetof(struct resolution, host_key_alias), NULL},
    {"userknownhostsfile", offsetof(struct resolution, user_known_hosts), NULL},
    {"globalknownhostsfile", offsetof(struct resolution, global_known_hosts),
	NULL},
    {"proxyjump", offsetof(struct resolution, proxy_jump), "none"},
    {"proxycommand", offsetof(struct resolution, proxy_command), "none"},
    {"knownhostscommand", offsetof(struct resolution, known_hosts_command),
	"none"},
    {"identityagent", offsetof(struct resolution, identity_agent), NULL},
    {"pkcs11provider", offsetof(struct resolution, pkcs11_provider), "none"},
    {"securitykeyprovider", offsetof(struct resolution, security_key_provider),
	"internal"},
    {"controlpersist", offsetof(struct resolution, control_persist), NULL},
    {"forwardagent", offsetof(struct resolution, forward_agent), "no"},
};

/* Settings that are on, unless they are "no" or "false". */
static const struct {
	const char *keyword;
	size_t field;
} switches[] = {
    {"pubkeyauthentication", offsetof(struct resolution, uses_public_keys)},
    {"identitiesonly", offsetof(struct resolution, identities_only)},
    {"gssapiauthentication", offsetof(struct resolution, uses_kerberos)},
    {"forwardx11", offsetof(struct resolution, forwards_x11)},
    {"forwardx11trusted", offsetof(struct resolution, trusts_x11)},
};

/* Settings that are read elsewhere: key files, one line each. */
static const char *const lists[] = {
    "identityfile", "certificatefile", "forwardx11timeout", "localcommand"};

/* Settings that need more than a session, unless they have this value. */
static const struct {
	const char *keyword;
	const char *harmless[2];
	unsigned int asks; /* the CARRIES_ bit */
	const char *plain_reason; /* why not to lease then, or null */
} wishes[] = {
    {"forwardagent", {"no", NULL}, CARRIES_AGENT, NULL},
    {"forwardx11", {"no", NULL}, CARRIES_X11, NULL},
    {"permitlocalcommand", {"no", NULL}, CARRIES_LOCAL_COMMAND, NULL},
    {"localforward", {NULL, NULL}, CARRIES_FORWARDINGS,
	"LocalForward in the configuration"},
    {"remoteforward", {NULL, NULL}, CARRIES_FORWARDINGS,
	"RemoteForward in the configuration"},
    {"dynamicforward", {NULL, NULL}, CARRIES_FORWARDINGS,
	"DynamicForward in the configuration"},
    /* ClearAllForwardings removes the tunnel too. */
    {"tunnel", {"false", "no"}, CARRIES_FORWARDINGS,
	"Tunnel in the configuration"},
    {"sessiontype", {"default", "subsystem"}, 0,
	"SessionType none in the configuration"},
    {"forkafterauthentication", {"no", NULL}, 0,
	"ForkAfterAuthentication in the configuration"},
    {RESOLUTION_NO_CONTROL_PATH, {NULL, NULL}, 0,
	"ControlPath none in the configuration"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Most words differ in their first letter: that spares the call. */
static inline bool
is_word(const char *word, const char *keyword)
{
	return word[0] == keyword[0] && strcmp(word, keyword) == 0;
}

static bool
counts(const char *keyword)
{
	size_t i;

	for (i = 0; i < COUNT(strings); i++)
		if (is_word(strings[i].keyword, keyword))
			return true;
	for (i = 0; i < COUNT(switches); i++)
		if (is_word(switches[i].keyword, keyword))
			return true;
	for (i = 0; i < COUNT(lists); i++)
		if (is_word(lists[i], keyword))
			return true;
	for (i = 0; i < COUNT(wishes); i++)
		if (is_word(wishes[i].keyword, keyword))
			return true;
	return sshsettings_is_one(keyword);
}

void
resolution_sift(struct text *sifted, const char *answer)
{
	char keyword[64];
	size_t length, word;

	for (; *answer != '\0'; answer += length + (answer[length] == '\n')) {
		length = strcspn(answer, "\n");
		word = strcspn(answer, " \n");
		if (word == 0 || word + 1 >= length || word >= sizeof(keyword))
			continue;
		memcpy(keyword, answer, word);
		keyword[word] = '\0';
		if (!counts(keyword))
			continue;
		text_add_bytes(sifted, answer, length);
		text_add(sifted, "\n");
	}
}

static bool
is_off(const char *value)
{
	return strcmp(value, "no") == 0 || strcmp(value, "false") == 0;
}

static void
keep(struct resolution *resolution, const char *keyword, const char *value)
{
	char *base = (char *)resolution;
	size_t i;

	for (i = 0; i < COUNT(strings); i++)
		if (is_word(strings[i].keyword, keyword) &&
		    (strings[i].unset == NULL ||
			strcmp(strings[i].unset, value) != 0))
			*(const char **)(base + strings[i].field) = value;
	for (i = 0; i < COUNT(switches); i++)
		if (is_word(switches[i].keyword, keyword))
			*(bool *)(base + switches[i].field) = !is_off(value);
	if (is_word("certificatefile", keyword))
		resolution->certificate_files++;
	if (is_word("identityfile", keyword) &&
	    resolution->identity_files++ == 0)
		resolution->first_identity_file = value;
	if (is_word("forwardx11timeout", keyword))
		resolution->x11_timeout_secs = (int)strtol(value, NULL, 10);
	if (is_word("localcommand", keyword))
		resolution->has_local_command = true;
}

static void
note_wish(struct resolution *resolution, const char *keyword, const char *value)
{
	const char *const *harmless;
	size_t i;

	for (i = 0; i < COUNT(wishes); i++) {
		harmless = wishes[i].harmless;
		if (!is_word(wishes[i].keyword, keyword) ||
		    (harmless[0] != NULL && strcmp(harmless[0], value) == 0) ||
		    (harmless[1] != NULL && strcmp(harmless[1], value) == 0))
			continue;
		resolution->wishes |= 1U << i;
	}
}

/* The meaning of all settings together. */
static void
judge(struct resolution *resolution)
{
	size_t i;

	resolution->asks = 0;
	resolution->plain_reason = NULL;
	for (i = 0; i < COUNT(wishes); i++) {
		if ((resolution->wishes & 1U << i) == 0)
			continue;
		resolution->asks |= wishes[i].asks;
		if (resolution->plain_reason == NULL)
			resolution->plain_reason = wishes[i].plain_reason;
	}
	if (!resolution->has_local_command)
		resolution->asks &= ~(unsigned int)CARRIES_LOCAL_COMMAND;
	else if ((resolution->asks & CARRIES_LOCAL_COMMAND) != 0 &&
	    resolution->plain_reason == NULL)
		resolution->plain_reason = "LocalCommand in the configuration";
	/* After that time the master refuses the forwarding. */
	if (resolution->plain_reason == NULL && resolution->forwards_x11 &&
	    !resolution->trusts_x11 && resolution->x11_timeout_secs != 0)
		resolution->plain_reason = "untrusted X11 has a timeout";
}

bool
resolution_read(struct resolution *resolution, char *lines)
{
	const char *keyword, *value, *next;

	memset(resolution, 0, sizeof(*resolution));
	resolution->pairs = lines;
	if (lines[0] != '\0' && !sshsettings_split(lines))
		return false;
	for (keyword = lines;
	     (next = sshsettings_next(keyword, &value)) != NULL;
	     keyword = next) {
		keep(resolution, keyword, value);
		note_wish(resolution, keyword, value);
	}
	judge(resolution);
	return true;
}

void
resolution_restrict(struct resolution *resolution, unsigned int restrictions)
{
	size_t i;

	for (i = 0; i < COUNT(wishes); i++)
		if ((wishes[i].asks & restrictions) != 0)
			resolution->wishes &= ~(1U << i);
	if ((restrictions & CARRIES_AGENT) != 0)
		resolution->forward_agent = NULL;
	if ((restrictions & CARRIES_X11) != 0)
		resolution->forwards_x11 = false;
	judge(resolution);
}

void
resolution_add_session(
    const struct resolution *resolution, struct text *session)
{
	const char *keyword, *value, *next;

	for (keyword = resolution->pairs;
	     (next = sshsettings_next(keyword, &value)) != NULL;
	     keyword = next) {
		if (!sshsettings_is_one(keyword))
			continue;
		if (strcmp(keyword, "forwardagent") == 0)
			value =
			    resolution->forward_agent != NULL ? value : "no";
		if (strcmp(keyword, "forwardx11") == 0)
			value = resolution->forwards_x11 ? value : "no";
		text_printf(session, "%s %s\n", keyword, value);
	}
}
