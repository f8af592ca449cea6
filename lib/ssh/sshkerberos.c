#include "ssh/sshkerberos.h"

#include "base/facts.h"
#include "base/wire.h"
#include "platform/platform.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRONT_SIZE = 1024, COMPONENTS_MAX = 16 };

/*
 * The start of a cache of format 4: the format, a header after its length in
 * two bytes, then the principal: kind, number of components, realm, components.
 * The tickets, which change, come after it.
 */
static bool
read_principal(struct text *principal, const unsigned char *bytes, size_t size)
{
	struct wire rest = {bytes, size};
	const unsigned char *string;
	uint32_t kind, count;
	size_t length, header;

	if (size < 4 || bytes[0] != 5 || bytes[1] != 4)
		return false;
	header = 4 + ((size_t)bytes[2] << 8 | bytes[3]);
	if (header > size)
		return false;
	rest.at += header;
	rest.left -= header;
	if (!wire_u32(&rest, &kind) || !wire_u32(&rest, &count) ||
	    count > COMPONENTS_MAX)
		return false;
	for (count++; count > 0; count--) {
		if (!wire_string(&rest, &string, &length))
			return false;
		text_add_bytes(principal, string, length);
		text_add(principal, "/");
	}
	return text_ok(principal);
}

/* False if there is no such file, or it has another format. */
static bool
add_file(struct text *text, const char *path)
{
	unsigned char front[FRONT_SIZE];
	struct text principal;
	ssize_t got;
	bool found;
	int fd;

	fd = openat(
	    AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return false;
	got = read(fd, front, sizeof(front));
	(void)close(fd);
	text_init(&principal);
	found = got > 0 && read_principal(&principal, front, (size_t)got);
	if (found)
		facts_add_bytes(text, FACT_KERBEROS, NULL, principal.data,
		    principal.length);
	text_free(&principal);
	return found;
}

void
sshkerberos_add(struct text *text)
{
	static const char *const variables[] = {
	    "KRB5_CONFIG", "KRB5_CLIENT_KTNAME", "KRB5_KTNAME"};
	const char *name = getenv("KRB5CCNAME");
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		facts_add_variable(text, FACT_TICKETS, variables[i]);
	if (name == NULL || name[0] == '\0') {
		(void)snprintf(path, sizeof(path), "/tmp/krb5cc_%lu",
		    (unsigned long)platform_user());
		(void)add_file(text, path);
		return;
	}
	if (strncmp(name, "FILE:", 5) == 0)
		name += 5;
	if (name[0] != '/' || !add_file(text, name))
		facts_add_variable(text, FACT_TICKETS, "KRB5CCNAME");
}
