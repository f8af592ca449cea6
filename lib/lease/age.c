#include "lease/age.h"

#include "platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MS = 1000 };

static const char login_word[] = "login ", until_word[] = " until ";

void
age_clear(struct age *age)
{
	age->login_secs = AGE_UNKNOWN;
	age->valid_until = 0;
}

void
age_format(const struct age *age, char line[AGE_LINE_SIZE])
{
	int length = snprintf(line, AGE_LINE_SIZE, "%s%lld%s%lld", login_word,
	    (long long)age->login_secs, until_word,
	    (long long)age->valid_until);

	memset(line + length, ' ', (size_t)(AGE_LINE_SIZE - 1 - length));
	line[AGE_LINE_SIZE - 1] = '\n';
}

/* Reads the word and the number after it. */
static bool
read_number(const char **at, const char *word, int64_t *number)
{
	size_t length = strlen(word);
	char *end;

	if (strncmp(*at, word, length) != 0)
		return false;
	errno = 0;
	*number = strtoll(*at + length, &end, 10);
	if (errno != 0 || end == *at + length)
		return false;
	*at = end;
	return true;
}

void
age_parse(struct age *age, const char *line)
{
	if (!read_number(&line, login_word, &age->login_secs) ||
	    !read_number(&line, until_word, &age->valid_until) ||
	    age->valid_until < 0)
		age_clear(age);
}

void
age_note_login(struct age *age, int64_t ago_secs, int64_t valid_until)
{
	int64_t now_ms, asleep_ms;

	age_clear(age);
	age->valid_until = valid_until;
	if (platform_since_boot(&now_ms, &asleep_ms) == -1)
		return;
	age->login_secs = now_ms / MS - ago_secs;
}

bool
age_is_over(const struct age *age, int max_secs)
{
	int64_t now_ms, asleep_ms;

	if (age->valid_until != 0 && time(NULL) >= (time_t)age->valid_until)
		return true;
	if (max_secs == 0 || age->login_secs == AGE_UNKNOWN ||
	    platform_since_boot(&now_ms, &asleep_ms) == -1)
		return false;
	/*
	 * In the future: the line is older than the boot, so it is of no live
	 * master.
	 */
	return now_ms / MS - age->login_secs >= max_secs;
}
