#include "pool/origin.h"

#include "base/facts.h"
#include "base/fileid.h"
#include "platform/platform.h"

#include <stdlib.h>

void
origin_add_machine(struct text *text)
{
	char machine[PLATFORM_MACHINE_SIZE];

	/* Machines share homes, but not sockets. */
	platform_machine(machine);
	facts_add(text, FACT_MACHINE, NULL, machine);
}

/*
 * A master ends with its pid namespace and its service. Mounts and network
 * decide what a path or name means to it. The user namespace decides which
 * processes it may signal.
 */
static void
add_spaces(struct text *text)
{
	static const struct {
		enum fact_kind kind;
		enum platform_space space;
	} spaces[] = {
	    {FACT_NETWORK, PLATFORM_SPACE_NETWORK},
	    {FACT_PROCESSES, PLATFORM_SPACE_PROCESSES},
	    {FACT_MOUNTS, PLATFORM_SPACE_MOUNTS},
	    {FACT_USERS, PLATFORM_SPACE_USERS},
	};
	char unit[PLATFORM_UNIT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		facts_add_number(
		    text, spaces[i].kind, platform_space_id(spaces[i].space));
	if (platform_unit(unit))
		facts_add(text, FACT_SERVICE, NULL, unit);
}

/* resolver(3), hosts(5), hostname(7): the same name leads elsewhere. */
static void
add_resolver(struct text *text)
{
	static const char *const files[] = {"/etc/hosts", "/etc/resolv.conf"};
	static const char *const variables[] = {
	    /* torsocks, proxychains: another way to the host. */
	    "LD_PRELOAD", "LD_AUDIT", "LOCALDOMAIN", "RES_OPTIONS",
	    "HOSTALIASES"};
	const char *aliases = getenv("HOSTALIASES");
	char id[FILEID_SIZE];
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		facts_add_variable(text, FACT_RESOLVER, variables[i]);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)fileid_look(id, files[i]);
		facts_add(text, FACT_RESOLVER, files[i], id);
	}
	if (aliases != NULL && aliases[0] != '\0') {
		(void)fileid_look(id, aliases);
		facts_add(text, FACT_RESOLVER, "host aliases", id);
	}
}

/*
 * The limits that a master would inherit from its first user. Only processes
 * with the same limits share it. Most have none.
 */
static void
add_remains(struct text *text)
{
	struct platform_remains remains;

	platform_context_remains(&remains);
	if (remains.nice > 0)
		facts_add_number(text, FACT_NICE, (unsigned int)remains.nice);
	if (remains.is_idle)
		facts_add(text, FACT_SCHEDULING, NULL, "idle");
	if (remains.file_size != PLATFORM_NO_LIMIT)
		facts_add_number(text, FACT_FILE_SIZE, remains.file_size);
	if (remains.cpu_time != PLATFORM_NO_LIMIT)
		facts_add_number(text, FACT_CPU_TIME, remains.cpu_time);
}

void
origin_add(struct text *text)
{
	add_spaces(text);
	add_resolver(text);
	add_remains(text);
}
