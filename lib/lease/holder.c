#include "lease/holder.h"
#include "lease/age.h"
#include "lease/trust.h"
#include "platform/platform.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char hung_word[] = "hung ", released_word[] = "free ",
		  boot_word[] = "boot ", orphans_word[] = "orphans ";

enum { BOOT_OFFSET = HOLDER_LINE_SIZE + TRUST_LINE_SIZE + AGE_LINE_SIZE };

int
holder_self(struct holder *holder)
{
	holder->pid = getpid();
	holder->pid_space = platform_space_id(PLATFORM_SPACE_PROCESSES);
	/*
	 * The time now identifies the process as well as its start time does,
	 * and needs no /proc. A later process with this pid starts later.
	 */
	if (platform_ticks_now(&holder->since_ticks) == -1)
		return -1;
	holder->boot[0] = '\0';
	holder->kind = HOLDER_PROCESS;
	return 0;
}

void
holder_format(const struct holder *holder, char line[HOLDER_LINE_SIZE])
{
	int length;

	if (holder->kind == HOLDER_PROCESS)
		length = snprintf(line, HOLDER_LINE_SIZE,
		    "pid %ld since %llu space %llu", (long)holder->pid,
		    holder->since_ticks, holder->pid_space);
	else if (holder->kind == HOLDER_RELEASED && holder->orphans > 0)
		length = snprintf(line, HOLDER_LINE_SIZE, "%s%s%u",
		    released_word, orphans_word, holder->orphans);
	else
		length = snprintf(line, HOLDER_LINE_SIZE, "%s",
		    holder->kind == HOLDER_HUNG ? hung_word : released_word);
	memset(line + length, ' ', (size_t)(HOLDER_LINE_SIZE - 1 - length));
	line[HOLDER_LINE_SIZE - 1] = '\n';
}

int
holder_write(int lock_fd, const struct holder *holder)
{
	char line[HOLDER_LINE_SIZE];
	ssize_t written;

	holder_format(holder, line);
	written = pwrite(lock_fd, line, sizeof(line), 0);
	if (written == (ssize_t)sizeof(line))
		return 0;
	if (written >= 0)
		errno = ENOSPC;
	return -1;
}

/*
 * Reads the word and the decimal number after it. A number above the maximum is
 * an error; it is not cut off.
 */
static bool
read_number(const char **at, const char *word, unsigned long long maximum,
    unsigned long long *number)
{
	size_t length = strlen(word);
	char *end;

	if (strncmp(*at, word, length) != 0 || (*at)[length] < '0' ||
	    (*at)[length] > '9')
		return false;
	errno = 0;
	*number = strtoull(*at + length, &end, 10);
	*at = end;
	return errno == 0 && *number <= maximum;
}

/* Returns false, with the holder unchanged, if the line has another form. */
static bool
read_process(const char *at, struct holder *holder)
{
	unsigned long long pid, since, space;

	if (!read_number(&at, "pid ", INT_MAX, &pid) || pid == 0 ||
	    !read_number(&at, " since ", ULLONG_MAX, &since) ||
	    !read_number(&at, " space ", ULLONG_MAX, &space))
		return false;
	holder->kind = HOLDER_PROCESS;
	holder->pid = (pid_t)pid;
	holder->since_ticks = since;
	holder->pid_space = space;
	return true;
}

static void
read_released(const char *at, struct holder *holder)
{
	unsigned long long orphans;

	holder->kind = HOLDER_RELEASED;
	if (read_number(&at, orphans_word, INT_MAX, &orphans))
		holder->orphans = (unsigned int)orphans;
}

void
holder_parse(struct holder *holder, const char *line)
{
	memset(holder, 0, sizeof(*holder));
	if (strncmp(line, hung_word, sizeof(hung_word) - 1) == 0)
		holder->kind = HOLDER_HUNG;
	else if (strncmp(line, released_word, sizeof(released_word) - 1) == 0)
		read_released(line + sizeof(released_word) - 1, holder);
	else
		(void)read_process(line, holder);
}

void
holder_parse_boot(struct holder *holder, const char *line)
{
	const char *name = line + sizeof(boot_word) - 1;
	size_t length;

	if (strncmp(line, boot_word, sizeof(boot_word) - 1) != 0)
		return;
	length = strcspn(name, " \n");
	if (length >= sizeof(holder->boot))
		return;
	memcpy(holder->boot, name, length);
	holder->boot[length] = '\0';
}

void
holder_write_boot(int lock_fd)
{
	char line[HOLDER_BOOT_SIZE], boot[PLATFORM_BOOT_SIZE];
	int length, result;

	if (platform_boot(boot)) {
		length = snprintf(line, sizeof(line), "%s%s", boot_word, boot);
		memset(line + length, ' ', sizeof(line) - (size_t)length);
		line[sizeof(line) - 1] = '\n';
		if (pwrite(lock_fd, line, sizeof(line), BOOT_OFFSET) ==
		    (ssize_t)sizeof(line))
			return;
	}
	/* No line is better than one of another boot. */
	if (lseek(lock_fd, 0, SEEK_END) > BOOT_OFFSET) {
		/* A cast to void is not enough for glibc's header. */
		result = ftruncate(lock_fd, BOOT_OFFSET);
		(void)result;
	}
}

void
holder_read(int lock_fd, struct holder *holder)
{
	char lines[BOOT_OFFSET + HOLDER_BOOT_SIZE + 1];
	ssize_t length = pread(lock_fd, lines, sizeof(lines) - 1, 0);

	lines[length > 0 ? length : 0] = '\0';
	holder_parse(holder, lines);
	if (length > BOOT_OFFSET)
		holder_parse_boot(holder, lines + BOOT_OFFSET);
}

/* Its clock would have to be ahead, or its boot to be this one. */
static bool
is_of_another_boot(const struct holder *holder)
{
	unsigned long long now_ticks;
	char boot[PLATFORM_BOOT_SIZE];

	if (platform_ticks_now(&now_ticks) == 0 &&
	    holder->since_ticks > now_ticks)
		return true;
	return holder->boot[0] != '\0' && platform_boot(boot) &&
	    strcmp(holder->boot, boot) != 0;
}

enum holder_state
holder_state(const struct holder *holder)
{
	unsigned long long start_ticks;
	bool is_zombie;

	if (holder->kind != HOLDER_PROCESS)
		return HOLDER_GONE;
	if (holder->pid_space != platform_space_id(PLATFORM_SPACE_PROCESSES))
		return HOLDER_UNKNOWN;
	if (platform_process_look(holder->pid, &start_ticks, &is_zombie) == -1)
		return errno == ESRCH || is_of_another_boot(holder)
		    ? HOLDER_GONE
		    : HOLDER_UNKNOWN;
	if (is_zombie || start_ticks > holder->since_ticks ||
	    is_of_another_boot(holder))
		return HOLDER_GONE;
	return HOLDER_ALIVE;
}
