#include "ssh/sshtoken.h"

#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A path on its way, which has room for so many bytes. */
struct writing {
	char *path;
	size_t length;
	bool failed;
};

static void
add(struct writing *writing, const char *bytes, size_t length)
{
	if (writing->failed || writing->length + length >= PATH_MAX) {
		writing->failed = true;
		return;
	}
	memcpy(writing->path + writing->length, bytes, length);
	writing->length += length;
}

static void
add_string(struct writing *writing, const char *string)
{
	if (string == NULL)
		writing->failed = true;
	else
		add(writing, string, strlen(string));
}

/* %l is the whole name of this machine, %L the part up to the first dot. */
static void
add_machine(struct writing *writing, bool in_short)
{
	char machine[PLATFORM_MACHINE_SIZE];

	platform_machine(machine);
	add(writing, machine,
	    in_short ? strcspn(machine, ".") : strlen(machine));
}

static void
add_user_number(struct writing *writing)
{
	char number[24];

	(void)snprintf(
	    number, sizeof(number), "%lu", (unsigned long)platform_user());
	add_string(writing, number);
}

static void
add_token(
    struct writing *writing, char token, const struct sshtoken_meaning *meaning)
{
	switch (token) {
	case '%':
		add(writing, "%", 1);
		break;
	case 'd':
		add_string(writing, meaning->home);
		break;
	case 'h':
		add_string(writing, meaning->hostname);
		break;
	case 'k':
		add_string(writing,
		    meaning->host_key_alias != NULL ? meaning->host_key_alias
						    : meaning->host_as_typed);
		break;
	case 'n':
		add_string(writing, meaning->host_as_typed);
		break;
	case 'p':
		add_string(writing, meaning->port);
		break;
	case 'r':
		add_string(writing, meaning->user);
		break;
	case 'l':
	case 'L':
		add_machine(writing, token == 'L');
		break;
	case 'i':
		add_user_number(writing);
		break;
	default:
		writing->failed = true;
		break;
	}
}

/* "${NAME}"; returns how many bytes of it there are, 0 where it is none. */
static size_t
add_variable(struct writing *writing, const char *at)
{
	char name[128];
	size_t length = strcspn(at + 2, "}");

	if (length == 0 || length >= sizeof(name) || at[2 + length] != '}') {
		writing->failed = true;
		return 0;
	}
	memcpy(name, at + 2, length);
	name[length] = '\0';
	add_string(writing, getenv(name));
	return length + 3;
}

bool
sshtoken_expand(char path[PATH_MAX], const char *name,
    const struct sshtoken_meaning *meaning)
{
	struct writing writing = {.path = path};

	if (name[0] == '~') {
		if (name[1] != '/' && name[1] != '\0')
			return false;
		add_string(&writing, meaning->home);
		name++;
	}
	while (*name != '\0' && !writing.failed) {
		if (name[0] == '%') {
			add_token(&writing, name[1], meaning);
			name += name[1] != '\0' ? 2 : 1;
		} else if (name[0] == '$' && name[1] == '{') {
			name += add_variable(&writing, name);
		} else {
			add(&writing, name++, 1);
		}
	}
	path[writing.length] = '\0';
	return !writing.failed;
}
