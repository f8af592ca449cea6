#include "namespace/usergroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 4, NAME_MAX_SIZE = 64 };

/* Takes the line apart at its colons. False where there are too few. */
static bool
split(char *line, char *fields[FIELDS_MAX])
{
	size_t i;

	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < FIELDS_MAX; i++) {
		if (line == NULL)
			return false;
		fields[i] = line;
		if ((line = strchr(line, ':')) != NULL)
			*line++ = '\0';
	}
	return true;
}

static bool
is_number(const char *text, unsigned long number)
{
	char *end;

	return *text >= '0' && *text <= '9' &&
	    strtoul(text, &end, 10) == number && *end == '\0';
}

/* A line of either file; false ends it, as the group is not private. */
typedef bool look_at_line(void *context, char *fields[FIELDS_MAX]);

static bool
each_line(const char *path, look_at_line *look, void *context)
{
	char *line = NULL, *fields[FIELDS_MAX];
	size_t size = 0;
	FILE *file = fopen(path, "re");
	bool goes_on = file != NULL;

	while (goes_on && getline(&line, &size, file) > 0)
		if (split(line, fields))
			goes_on = look(context, fields);
	free(line);
	if (file != NULL)
		(void)fclose(file);
	return goes_on;
}

struct account {
	uid_t user;
	gid_t group;
	char name[NAME_MAX_SIZE]; /* of the user, once it is found */
	bool has_group;
};

/* name:password:uid:gid: */
static bool
look_at_user(void *context, char *fields[FIELDS_MAX])
{
	struct account *account = context;

	if (!is_number(fields[3], account->group))
		return true;
	if (!is_number(fields[2], account->user) ||
	    strlen(fields[0]) >= sizeof(account->name))
		return false;
	memcpy(account->name, fields[0], strlen(fields[0]) + 1);
	return true;
}

/* name:password:gid:member,member */
static bool
look_at_group(void *context, char *fields[FIELDS_MAX])
{
	struct account *account = context;

	if (!is_number(fields[2], account->group))
		return true;
	account->has_group = true;
	return strcmp(fields[0], account->name) == 0 &&
	    (fields[3][0] == '\0' || strcmp(fields[3], account->name) == 0);
}

bool
usergroup_is_private(gid_t group, uid_t user)
{
	struct account account = {.user = user, .group = group};

	return each_line("/etc/passwd", look_at_user, &account) &&
	    account.name[0] != '\0' &&
	    each_line("/etc/group", look_at_group, &account) &&
	    account.has_group;
}
