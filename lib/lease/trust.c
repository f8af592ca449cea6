#include "lease/trust.h"

#include "base/deadline.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/*
	 * Both clocks are read in two steps, and this process may wait between
	 * them.
	 */
	ASLEEP_TOLERANCE_MS = 500,
	/*
	 * The last message of a master comes right after the end of a session.
	 */
	SENT_LATER_MS = 50,
};

static const char heard_word[] = "heard ", asleep_word[] = " asleep ",
		  over_word[] = " over ";

void
trust_clear(struct trust *trust)
{
	memset(trust, 0, sizeof(*trust));
	trust->heard_ms = -1;
}

void
trust_format(const struct trust *trust, char line[TRUST_LINE_SIZE])
{
	char word[TCP_WORD_SIZE] = "-";
	int length;

	if (trust->connection.family != 0)
		tcp_write(&trust->connection, word);
	length = snprintf(line, TRUST_LINE_SIZE, "%s%lld%s%lld%s%s", heard_word,
	    (long long)trust->heard_ms, asleep_word,
	    (long long)trust->asleep_ms, over_word, word);
	memset(line + length, ' ', (size_t)(TRUST_LINE_SIZE - 1 - length));
	line[TRUST_LINE_SIZE - 1] = '\n';
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
trust_parse(struct trust *trust, const char *line)
{
	char word[TCP_WORD_SIZE];
	size_t length;

	trust_clear(trust);
	if (!read_number(&line, heard_word, &trust->heard_ms) ||
	    !read_number(&line, asleep_word, &trust->asleep_ms) ||
	    strncmp(line, over_word, sizeof(over_word) - 1) != 0) {
		trust_clear(trust);
		return;
	}
	line += sizeof(over_word) - 1;
	length = strcspn(line, " \n");
	if (length >= sizeof(word))
		return;
	memcpy(word, line, length);
	word[length] = '\0';
	(void)tcp_read(&trust->connection, word);
}

bool
trust_holds(const struct trust *trust, int seconds)
{
	int64_t now_ms, asleep_ms;

	if (trust->heard_ms < 0 ||
	    platform_since_boot(&now_ms, &asleep_ms) == -1)
		return false;
	/* Negative: the machine was booted since. */
	if (now_ms < trust->heard_ms ||
	    now_ms - trust->heard_ms > (int64_t)seconds * 1000)
		return false;
	if (asleep_ms > trust->asleep_ms + ASLEEP_TOLERANCE_MS ||
	    asleep_ms < trust->asleep_ms - ASLEEP_TOLERANCE_MS)
		return false;
	return trust->connection.family == 0 ||
	    tcp_has_local_address(&trust->connection);
}

void
trust_note_heard(struct trust *trust, int ago_ms)
{
	if (platform_since_boot(&trust->heard_ms, &trust->asleep_ms) == -1)
		trust->heard_ms = -1;
	else
		trust->heard_ms -= ago_ms;
}

void
trust_forget(struct trust *trust)
{
	trust->heard_ms = -1;
}

void
trust_note_connection(struct trust *trust, pid_t master_pid)
{
	if (trust->connection.family == 0 && master_pid > 0)
		(void)tcp_connection_of(master_pid, &trust->connection);
}

enum trust_verdict
trust_judge(
    const struct trust *trust, const struct tcp_traffic *before, int *ago_ms)
{
	struct tcp_traffic now;

	if (trust->connection.family == 0 ||
	    tcp_look(&trust->connection, &now) == -1)
		return TRUST_UNKNOWN;
	*ago_ms = now.received_ms;
	if (now.received_bytes != before->received_bytes)
		return TRUST_HEARD;
	*ago_ms = now.sent_ms;
	/* The time of a segment shows whether it came before the first look. */
	return now.sent_segments != before->sent_segments ||
		now.sent_ms + SENT_LATER_MS < now.received_ms
	    ? TRUST_UNANSWERED
	    : TRUST_UNTOUCHED;
}
