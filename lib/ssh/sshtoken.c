#include "ssh/sshtoken.h"

#include "platform/platform.h"

#include <stdlib.h>
#include <string.h>

/* False if there is nothing to add. ssh reports the error or knows more. */
static bool
add(struct text *path, const char *value)
{
	if (value != NULL)
		text_add(path, value);
	return value != NULL;
}

/* %l is the full name of this machine, %L the part before the first dot. */
static bool
add_machine(struct text *path, bool in_short)
{
	char machine[PLATFORM_MACHINE_SIZE];

	platform_machine(machine);
	if (in_short)
		machine[strcspn(machine, ".")] = '\0';
	return add(path, machine);
}

static bool
add_token(struct text *path, char token, const struct sshtoken_meaning *meaning)
{
	switch (token) {
	case '%':
		return add(path, "%");
	case 'd':
		return add(path, meaning->home);
	case 'h':
		return add(path, meaning->hostname);
	case 'i':
		text_printf(path, "%lu", (unsigned long)platform_user());
		return true;
	case 'k':
		return add(path,
		    meaning->host_key_alias != NULL ? meaning->host_key_alias
						    : meaning->host_as_typed);
	case 'l':
	case 'L':
		return add_machine(path, token == 'L');
	case 'n':
		return add(path, meaning->host_as_typed);
	case 'p':
		return add(path, meaning->port);
	case 'r':
		return add(path, meaning->user);
	default:
		return false;
	}
}

/* "${NAME}"; *length is its size in bytes. */
static bool
add_variable(struct text *path, const char *at, size_t *length)
{
	char name[128];
	size_t size = strcspn(at + 2, "}");

	if (size == 0 || size >= sizeof(name) || at[2 + size] != '}')
		return false;
	memcpy(name, at + 2, size);
	name[size] = '\0';
	*length = size + 3;
	return add(path, getenv(name));
}

bool
sshtoken_expand(
    struct text *path, const char *name, const struct sshtoken_meaning *meaning)
{
	size_t length;

	if (name[0] == '~') {
		if ((name[1] != '/' && name[1] != '\0') ||
		    !add(path, meaning->home))
			return false;
		name++;
	}
	while (*name != '\0') {
		length = strcspn(name, "%$");
		text_add_bytes(path, name, length);
		name += length;
		if (name[0] == '%') {
			if (!add_token(path, name[1], meaning))
				return false;
			name += 2;
		} else if (name[0] == '$' && name[1] == '{') {
			if (!add_variable(path, name, &length))
				return false;
			name += length;
		} else if (name[0] == '$') {
			text_add(path, "$");
			name++;
		}
	}
	return text_ok(path);
}
