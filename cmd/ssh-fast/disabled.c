#include "ssh-fast/disabled.h"

#include "shared/environment.h"

#include <string.h>

bool
disabled_is_set(void)
{
	const char *value = environment_get("SSH_FAST_DISABLE");

	return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

int
disabled_read(struct options *options, int argc, char *argv[])
{
	static const char ssh[] = "--ssh=";
	const char *value = environment_get("SSH_FAST_SSH");
	int index;

	options->disable = true;
	if (value != NULL && value[0] != '\0')
		options->ssh = value;
	for (index = 1; index < argc; index++) {
		if (strncmp(argv[index], "--", 2) != 0 ||
		    argv[index][2] == '\0')
			break;
		if (strncmp(argv[index], ssh, sizeof(ssh) - 1) == 0 &&
		    argv[index][sizeof(ssh) - 1] != '\0')
			options->ssh = argv[index] + sizeof(ssh) - 1;
		options->explain |= strcmp(argv[index], "--explain") == 0;
		options->help |= strcmp(argv[index], "--help") == 0;
		options->version |= strcmp(argv[index], "--version") == 0;
	}
	return index;
}
