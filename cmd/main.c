/* One binary with several names: runs the command that argv[0] names. */
#include "shared/commands.h"

#include <string.h>

struct command {
	const char *name;
	int (*main)(int argc, char *argv[]);
};

/* "ssh" is for programs that start ssh by themselves; see README. */
static const struct command commands[] = {
    {"ssh-fast", ssh_fast_main},
    {"ssh-fast-ls", ssh_fast_ls_main},
    {"ssh-fast-gc", ssh_fast_gc_main},
    {"ssh", ssh_fast_main},
};

int
main(int argc, char *argv[])
{
	const char *name = argc > 0 ? argv[0] : "ssh-fast";
	const char *slash = strrchr(name, '/');
	size_t i;

	if (slash != NULL)
		name = slash + 1;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].main(argc, argv);
	/* A link with any other name is a short name for ssh. */
	return ssh_fast_main(argc, argv);
}
