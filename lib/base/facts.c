#include "base/facts.h"
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

/* Arrays and not pointers, which the start of a program would relocate. */
static const struct {
	char word[20];
	char meaning[60];
} kinds[FACT_KINDS] = {
    [FACT_DESTINATION] = {"destination", "the host as typed"},
    [FACT_USER] = {"user", "the user that is asked for"},
    [FACT_PORT] = {"port", "the port that is asked for"},
    [FACT_MACHINE] = {"machine", "the name of this machine"},
    [FACT_SSH] = {"ssh", "the real ssh"},
    [FACT_CONFIG] = {"config", "all files of the configuration"},
    [FACT_VARIABLE] = {"variable", "a variable that a setting names"},
    [FACT_FOLDER] = {"folder", "the working directory"},
    [FACT_KEYS] = {"keys", "the command line names keys"},
    [FACT_CERTIFICATES] = {"certificates",
	"the command line names certificates"},
    [FACT_FLAG] = {"flag", "an option of the command line"},
    [FACT_OPTION] = {"option", "an -o of the command line"},
    [FACT_RESOLVED] = {"resolved", "what ssh -G says in this run"},
    [FACT_CERTIFICATE] = {"certificate", "a certificate of the login"},
    [FACT_KEY] = {"key", "a key that the login could use"},
    [FACT_KEY_FILE] = {"key-file", "a key that only ssh can read"},
    [FACT_SILENT_AGENT] = {"silent-agent", "an agent that does not answer"},
    [FACT_KERBEROS] = {"kerberos", "the owner of the Kerberos tickets"},
    [FACT_TICKETS] = {"tickets", "a variable of Kerberos"},
    [FACT_TOKENS] = {"tokens", "the library of PKCS11Provider"},
    [FACT_SECURITY_KEYS] = {"security-keys",
	"the library of SecurityKeyProvider"},
    [FACT_KNOWN_HOSTS_COMMAND] = {"known-hosts-command", "KnownHostsCommand"},
    [FACT_PROXY_COMMAND] = {"proxy-command", "ProxyCommand"},
    [FACT_JUMP] = {"jump", "the hosts that the way leads through"},
    [FACT_PROGRAM_FILE] = {"program-file",
	"a file that a program on the way names"},
    [FACT_HIDDEN_FILE] = {"hidden-file",
	"a hidden file of the working directory"},
    [FACT_CONTEXT_FILE] = {"context-file",
	"a file that clients of clouds and clusters go by"},
    [FACT_ENVIRONMENT] = {"environment",
	"a variable that a program on the way may read"},
    [FACT_AGENT] = {"agent", "the agent that is forwarded"},
    [FACT_DISPLAY] = {"display", "the display that is forwarded"},
    [FACT_AUTHORITY] = {"authority", "the file of XAUTHORITY"},
    [FACT_NETWORK] = {"network", "the network namespace"},
    [FACT_PROCESSES] = {"processes", "the pid namespace"},
    [FACT_MOUNTS] = {"mounts", "the mount namespace"},
    [FACT_USERS] = {"users", "the user namespace"},
    [FACT_SERVICE] = {"service", "the service that the master would end with"},
    [FACT_RESOLVER] = {"resolver", "what names of hosts are looked up by"},
    [FACT_NICE] = {"nice", "niceness that may not be undone"},
    [FACT_SCHEDULING] = {"scheduling", "a class of scheduling"},
    [FACT_FILE_SIZE] = {"file-size", "the hard limit on the size of files"},
    [FACT_CPU_TIME] = {"cpu-time", "the hard limit on processor time"},
};

const char *
facts_meaning(enum fact_kind kind)
{
	return kinds[kind].meaning;
}

void
facts_add_bytes(struct text *facts, enum fact_kind kind, const char *name,
    const char *value, size_t length)
{
	text_add(facts, kinds[kind].word);
	if (name != NULL) {
		text_add_bytes(facts, " ", 1);
		/* A name ends at the first colon. */
		text_add_escaped_bytes(facts, name, strlen(name), ':');
	}
	text_add_bytes(facts, ": ", 2);
	text_add_escaped_bytes(facts, value, length, '\\');
	text_add_bytes(facts, "\n", 1);
}

void
facts_add(struct text *facts, enum fact_kind kind, const char *name,
    const char *value)
{
	if (value != NULL)
		facts_add_bytes(facts, kind, name, value, strlen(value));
}

void
facts_add_number(
    struct text *facts, enum fact_kind kind, unsigned long long number)
{
	char digits[NUMBER_SIZE];

	(void)number_write(digits, number, 10);
	facts_add(facts, kind, NULL, digits);
}

void
facts_digest(
    const char *value, size_t length, char digest[FACTS_DIGEST_LENGTH + 1])
{
	char whole[DIGEST_LENGTH + 1];

	digest_base64(value, length, whole);
	memcpy(digest, whole, FACTS_DIGEST_LENGTH);
	digest[FACTS_DIGEST_LENGTH] = '\0';
}

void
facts_add_secret(struct text *facts, enum fact_kind kind, const char *name,
    const char *value, size_t length, struct text *sealing)
{
	char digest[DIGEST_LENGTH + 1];

	digest_base64(value, length, digest);
	if (sealing != NULL)
		text_add(sealing, digest + FACTS_DIGEST_LENGTH);
	digest[FACTS_DIGEST_LENGTH] = '\0';
	facts_add(facts, kind, name, digest);
}

void
facts_add_variable(struct text *facts, enum fact_kind kind, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		facts_add_secret(facts, kind, name, value, strlen(value), NULL);
}

static bool
find_kind(struct fact *fact, const char *word, size_t length)
{
	int kind;

	for (kind = 0; kind < FACT_KINDS; kind++) {
		if (strlen(kinds[kind].word) != length ||
		    memcmp(kinds[kind].word, word, length) != 0)
			continue;
		fact->kind = (enum fact_kind)kind;
		return true;
	}
	return false;
}

bool
facts_next(const char **at, struct fact *fact)
{
	const char *line = *at, *end = strchr(line, '\n'), *colon;
	size_t word;

	if (end == NULL ||
	    (colon = memchr(line, ':', (size_t)(end - line))) == NULL ||
	    colon[1] != ' ')
		return false;
	word = strcspn(line, " :");
	fact->name = line + word < colon ? line + word + 1 : NULL;
	fact->name_length =
	    fact->name != NULL ? (size_t)(colon - fact->name) : 0;
	fact->value = colon + 2;
	fact->value_length = (size_t)(end - fact->value);
	fact->line = line;
	fact->line_length = (size_t)(end - line);
	*at = end + 1;
	return find_kind(fact, line, word);
}
