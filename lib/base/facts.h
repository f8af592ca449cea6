/*
 * A namespace text is a list of facts, one per line: "KIND: VALUE" or "KIND
 * NAME: VALUE". Names and values are escaped, so two different lists never have
 * the same text.
 */
#ifndef FACTS_H
#define FACTS_H

#include "base/digest.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum fact_kind {
	/* The command line and the configuration. */
	FACT_DESTINATION,
	FACT_USER,
	FACT_PORT,
	FACT_MACHINE,
	FACT_SSH,
	FACT_CONFIG,
	FACT_VARIABLE,
	FACT_FOLDER,
	FACT_KEYS,
	FACT_CERTIFICATES,
	FACT_FLAG,
	FACT_OPTION,
	FACT_RESOLVED,
	/* The login. */
	FACT_CERTIFICATE,
	FACT_KEY,
	FACT_KEY_FILE,
	FACT_SILENT_AGENT,
	FACT_KERBEROS,
	FACT_TICKETS,
	/* The way to the host. */
	FACT_TOKENS,
	FACT_SECURITY_KEYS,
	FACT_KNOWN_HOSTS_COMMAND,
	FACT_PROXY_COMMAND,
	FACT_JUMP,
	FACT_PROGRAM_FILE,
	FACT_HIDDEN_FILE,
	FACT_CONTEXT_FILE,
	FACT_ENVIRONMENT,
	/* What the master forwards. */
	FACT_AGENT,
	FACT_DISPLAY,
	FACT_AUTHORITY,
	/* Where the connection is made from. */
	FACT_NETWORK,
	FACT_PROCESSES,
	FACT_MOUNTS,
	FACT_USERS,
	FACT_SERVICE,
	FACT_RESOLVER,
	FACT_NICE,
	FACT_SCHEDULING,
	FACT_FILE_SIZE,
	FACT_CPU_TIME,
	FACT_KINDS
};

/* Adds a fact. Name may be null; nothing is added where value is null. */
void facts_add(struct text *facts, enum fact_kind kind, const char *name,
    const char *value);
void facts_add_bytes(struct text *facts, enum fact_kind kind, const char *name,
    const char *value, size_t length);
void facts_add_number(
    struct text *facts, enum fact_kind kind, unsigned long long number);

/*
 * Adds a fact with a secret value: its digest replaces it. The other half of
 * the digest goes to sealing, unless that is null (seal.h). It is written
 * nowhere.
 */
void facts_add_secret(struct text *facts, enum fact_kind kind, const char *name,
    const char *value, size_t length, struct text *sealing);

/* The same for an environment variable; adds nothing if it is not set. */
void
facts_add_variable(struct text *facts, enum fact_kind kind, const char *name);

/* How much of a digest stands for a value: 132 bits. */
enum { FACTS_DIGEST_LENGTH = DIGEST_SHORT_LENGTH };

/* The digest of a value as facts_add_secret() writes it. */
void facts_digest(
    const char *value, size_t length, char digest[FACTS_DIGEST_LENGTH + 1]);

/* One line of the text, with name and value escaped. */
struct fact {
	enum fact_kind kind;
	const char *name; /* null: it has none */
	size_t name_length;
	const char *value;
	size_t value_length;
	const char *line; /* all of it, without the newline */
	size_t line_length;
};

/*
 * Reads the fact at *at and moves *at past it. Returns false at the end, or if
 * the text does not have this form: a user can give any text.
 */
bool facts_next(const char **at, struct fact *fact);

/* What a kind tells, in a few words for people. */
const char *facts_meaning(enum fact_kind kind);

#endif
