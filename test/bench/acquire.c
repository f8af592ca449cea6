/*
 * What an acquire and its release cost in process, in the library alone.
 *
 *   acquire ROOT ROUNDS KIND COUNT
 *
 * KIND is "held" (so many leases are held, and nothing is free), "dead" (so
 * many are free whose masters have ended), or "free" (so many are free with
 * masters that are trusted to live). Prints the median and the slowest in
 * microseconds. For "dead" each round meets them anew.
 */
#include "lease/holder.h"
#include "lease/acquire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void
check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
make_name(char name[13], int number)
{
	snprintf(name, 13, "s%011d", number);
}

static int
make_lock_file(int dir_fd, const char *name, const struct holder *holder)
{
	int fd =
	    openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	check(fd != -1, name);
	check(holder_write(fd, holder) == 0, name);
	return fd;
}

/* A socket that nobody listens on any more, as a crashed master leaves it. */
static void
make_socket(const struct namespace *ns, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/c/%s",
	    ns->path, name);
	check(fd != -1 &&
		bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0,
	    address.sun_path);
	close(fd);
}

static void
make_free(const struct namespace *ns, const char *name)
{
	const struct holder released = {.kind = HOLDER_RELEASED};

	close(make_lock_file(ns->free.fd, name, &released));
	make_socket(ns, name);
}

static void
populate(const struct namespace *ns, const char *kind, int count)
{
	struct holder self;
	char name[13];
	int i, fd;

	check(holder_self(&self) == 0, "self");
	for (i = 0; i < count; i++) {
		make_name(name, i);
		if (strcmp(kind, "held") == 0) {
			fd = make_lock_file(ns->used.fd, name, &self);
			check(flock(fd, LOCK_EX | LOCK_NB) == 0, name);
		} else {
			make_free(ns, name);
		}
	}
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int
main(int argc, char *argv[])
{
	struct acquire_options options = {
	    .probe = {.kind = PROBE_NATIVE, .timeout_ms = 500}};
	struct rlimit limit;
	struct namespace_root root;
	struct namespace ns;
	struct lease lease;
	struct acquire_report report;
	struct failure failure;
	char name[DIGEST_LENGTH + 1];
	double *spent, began;
	int rounds, count, i;

	if (argc != 5 || (rounds = atoi(argv[2])) < 1)
		return 2;
	count = atoi(argv[4]);
	check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "limit");
	limit.rlim_cur = limit.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "limit");
	if (namespace_root_open(&root, argv[1], true, &failure) == -1 ||
	    namespace_name(&root, "bench", 5, name, &failure) == -1 ||
	    namespace_open(&ns, &root, name, NAMESPACE_MAKE, &failure) == -1) {
		fprintf(stderr, "%s %s: %d\n", failure.verb, failure.path,
		    failure.error);
		return 1;
	}
	populate(&ns, argv[3], count);
	if (strcmp(argv[3], "free") == 0)
		options.probe.kind = PROBE_NONE;
	spent = calloc((size_t)rounds, sizeof(*spent));
	check(spent != NULL, "memory");
	for (i = 0; i < rounds; i++) {
		began = now_us();
		check(acquire_lease(&ns, &options, &lease, &report, &failure) ==
			0,
		    "acquire");
		lease_release(&ns, &lease, true);
		spent[i] = now_us() - began;
		/* What it has removed is put back. */
		if (strcmp(argv[3], "dead") == 0)
			make_free(&ns, lease.name);
	}
	qsort(spent, (size_t)rounds, sizeof(*spent), compare);
	printf("%.1f\t%.1f\n", spent[rounds / 2], spent[rounds - 1]);
	return 0;
}
