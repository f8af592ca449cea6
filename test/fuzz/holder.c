/*
 * Feeds bytes to the two small readers of what lies beside a lease: the line
 * in its lock file, and the hint, a symbolic link.
 */
#include "fuzz.h"
#include "namespace/hint.h"
#include "lease/holder.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

static int
folder(void)
{
	static int fd = -1;

	if (fd == -1)
		fd = open(fuzz_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(fd != -1, "the folder can be opened");
	return fd;
}

static int
lock_file(void)
{
	static int fd = -1;

	if (fd == -1)
		fd = openat(
		    folder(), "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	check(fd != -1, "the lock file can be opened");
	return fd;
}

static int
are_equal(const struct holder *a, const struct holder *b)
{
	return a->kind == b->kind && a->pid == b->pid &&
	    a->since_ticks == b->since_ticks && a->pid_space == b->pid_space &&
	    strcmp(a->boot, b->boot) == 0;
}

/* What stands there once all zeros in front of numbers are taken away. */
static void
without_zeros(char *line)
{
	char *to = line, before = ' ';

	for (; *line != '\0'; before = *line++)
		if (*line != '0' || before != ' ' ||
		    !isdigit((unsigned char)line[1]))
			*to++ = *line;
		else
			*line = ' ';
	*to = '\0';
}

/* A process that is found there stands there, letter by letter. */
static void
check_process(const struct holder *holder, const uint8_t *data, size_t size)
{
	char line[81], expected[128];

	size = size < sizeof(line) - 1 ? size : sizeof(line) - 1;
	memcpy(line, data, size);
	line[size] = '\0';
	without_zeros(line);
	(void)snprintf(expected, sizeof(expected),
	    "pid %ld since %llu space %llu", (long)holder->pid,
	    holder->since_ticks, holder->pid_space);
	check(holder->pid > 0, "a pid is positive");
	check(strncmp(line, expected, strlen(expected)) == 0,
	    "the numbers are those of the line");
	check(!isdigit((unsigned char)line[strlen(expected)]),
	    "and all of their digits");
}

static void
read_line(const uint8_t *data, size_t size)
{
	struct holder holder, again, self;

	check(ftruncate(lock_file(), 0) == 0 &&
		pwrite(lock_file(), data, size, 0) == (ssize_t)size,
	    "the line can be written");
	holder_read(lock_file(), &holder);
	if (holder.kind == HOLDER_PROCESS)
		check_process(&holder, data, size);
	else
		check(holder.pid == 0 && holder.since_ticks == 0 &&
			holder.pid_space == 0,
		    "what is no process has no numbers");
	check(holder_self(&self) == 0, "this process is known");
	check(holder_state(&self) == HOLDER_ALIVE, "and lives");
	(void)holder_state(&holder);
	if (holder.kind == HOLDER_NONE)
		return;
	check(holder_write(lock_file(), &holder) == 0, "it can be written");
	holder_read(lock_file(), &again);
	check(are_equal(&holder, &again), "what is written is read");
}

/* Any numbers, over any line that was there. */
static void
write_line(const uint8_t *data, size_t size)
{
	struct holder holder = {.kind = HOLDER_PROCESS}, again;
	struct stat st;

	if (size < 20)
		return;
	memcpy(&holder.pid, data, 4);
	memcpy(&holder.since_ticks, data + 4, 8);
	memcpy(&holder.pid_space, data + 12, 8);
	if (holder.pid <= 0)
		holder.pid = INT_MAX;
	check(holder_write(lock_file(), &holder) == 0, "it can be written");
	holder_read(lock_file(), &again);
	check(are_equal(&holder, &again), "what is written is read");
	check(fstat(lock_file(), &st) == 0 && st.st_size >= 80,
	    "the line is as long as any");
}

static int
is_lease_name(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";

	return strlen(name) == 12 && name[0] == 's' &&
	    strspn(name, letters) == 12;
}

static void
read_hint(const uint8_t *data, size_t size)
{
	struct namespace ns = {.fd = folder()};
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1];
	char *target = fuzz_next_string(&data, &size);

	if (target == NULL)
		return;
	(void)unlinkat(folder(), NAMESPACE_HINT, 0);
	if (symlinkat(target, folder(), NAMESPACE_HINT) == 0) {
		check(hint_read(&ns, name) == is_lease_name(target),
		    "a hint is a name");
		if (is_lease_name(target)) {
			check(strcmp(name, target) == 0, "it is that name");
			hint_write(&ns, "sAAAAAAAAAAA");
			check(hint_read(&ns, name) &&
				strcmp(name, "sAAAAAAAAAAA") == 0,
			    "and then the other");
		}
	}
	free(target);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	check(copy != NULL, "there is memory");
	memcpy(copy, data, size);
	read_line(copy, size);
	write_line(copy, size);
	read_hint(copy, size);
	free(copy);
	return 0;
}
