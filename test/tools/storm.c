/*
 * Many workers on one pool, and everything that can happen to them.
 *
 *   storm SSH_FAST CONFIG ROOT MARKERS WORKERS SECONDS
 *
 * Each worker runs SSH_FAST -F CONFIG host PID again and again, with its own
 * pid. The far side (see storm.bats) makes sure by a marker that nobody else
 * has a session in the same connection. Beside them: a peer that knows
 * the base rules alone, ssh-fast-ls and ssh-fast-gc without pause, and a
 * killer that picks any process of the pool. Prints what was done. Output goes
 * to files in MARKERS.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS_MAX = 256, PATH_SIZE = 512, KILL_PAUSE_MS = 6000 };

/* Shared by all processes of the storm. */
struct counts {
	unsigned long runs, worked, ended_badly, looks, sweeps, leases;
	unsigned long killed_fast, killed_keeper, killed_master;
	pid_t sessions[WORKERS_MAX]; /* what each worker runs now */
};

struct storm {
	const char *ssh_fast, *config, *root, *markers;
	int workers, secs;
	time_t end;
	struct counts *counts;
};

static void
nap_ms(long ms)
{
	const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};

	(void)nanosleep(&pause, NULL);
}

static void
count(unsigned long *counter)
{
	(void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* command, unless null, becomes the pid, for the far side. */
static pid_t
start(char *const argv[], char command[32], const char *output)
{
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	if (command != NULL)
		snprintf(command, 32, "%d", (int)getpid());
	if ((fd = open("/dev/null", O_RDONLY)) != -1)
		(void)dup2(fd, 0);
	if ((fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600)) != -1) {
		(void)dup2(fd, 1);
		(void)dup2(fd, 2);
	}
	execv(argv[0], argv);
	_exit(127);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return status;
}

static void
work(const struct storm *storm, int number)
{
	char log[PATH_SIZE], client[32], command[32];
	char *argv[] = {(char *)storm->ssh_fast, client, "-F",
	    (char *)storm->config, "host", command, NULL};
	int status;

	snprintf(log, sizeof(log), "%s/log.%d", storm->markers, number);
	snprintf(client, sizeof(client), "--client=%s",
	    number % 3 == 0 ? "native" : "ssh");
	srandom((unsigned int)getpid());
	while (time(NULL) < storm->end) {
		pid_t pid = start(argv, command, log);

		storm->counts->sessions[number] = pid;
		status = wait_for(pid);
		storm->counts->sessions[number] = 0;
		count(&storm->counts->runs);
		count(WIFEXITED(status) && WEXITSTATUS(status) == 0
			? &storm->counts->worked
			: &storm->counts->ended_badly);
		nap_ms(random() % 20);
	}
}

static void
repeat(const struct storm *storm, char *const argv[], unsigned long *counter,
    const char *name)
{
	char log[PATH_SIZE];

	snprintf(log, sizeof(log), "%s/%s", storm->markers, name);
	while (time(NULL) < storm->end) {
		(void)wait_for(start(argv, NULL, log));
		count(counter);
		nap_ms(20);
	}
}

/*
 * What bzfs does with a name: lock where it lies, compare, rename, hold, rename
 * to free/, unlock. It knows nothing of what a lock file records, so it takes
 * a leftover in used/ too whose keeper alone was killed.
 */
static void
lease_as_peer(const struct storm *storm, const char *namespace_path,
    const char *folder, const char *name)
{
	char from[2 * PATH_SIZE], used[2 * PATH_SIZE], freed[2 * PATH_SIZE];
	struct stat opened, named;
	int fd;

	snprintf(from, sizeof(from), "%s/%s/%s", namespace_path, folder, name);
	snprintf(used, sizeof(used), "%s/used/%s", namespace_path, name);
	snprintf(freed, sizeof(freed), "%s/free/%s", namespace_path, name);
	if ((fd = open(from, O_RDWR | O_NOFOLLOW | O_CLOEXEC)) == -1)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &opened) == 0 &&
	    stat(from, &named) == 0 && opened.st_ino == named.st_ino &&
	    rename(from, used) == 0) {
		nap_ms(random() % 10);
		(void)rename(used, freed);
		count(&storm->counts->leases);
	}
	(void)close(fd);
}

static void
lease_some(
    const struct storm *storm, const char *namespace_path, const char *folder)
{
	char path[2 * PATH_SIZE];
	struct dirent *name;
	DIR *names;

	snprintf(path, sizeof(path), "%s/%s", namespace_path, folder);
	if ((names = opendir(path)) == NULL)
		return;
	while ((name = readdir(names)) != NULL)
		if (name->d_name[0] == 's' && random() % 4 == 0)
			lease_as_peer(
			    storm, namespace_path, folder, name->d_name);
	closedir(names);
}

static void
be_peer(const struct storm *storm)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *root;

	while (time(NULL) < storm->end) {
		if ((root = opendir(storm->root)) == NULL) {
			nap_ms(20);
			continue;
		}
		while ((entry = readdir(root)) != NULL) {
			if (strlen(entry->d_name) < 22)
				continue;
			snprintf(path, sizeof(path), "%s/%.80s", storm->root,
			    entry->d_name);
			lease_some(storm, path, "free");
			lease_some(storm, path, "used");
		}
		closedir(root);
		nap_ms(20);
	}
}

static bool
read_file(const char *path, char *buffer, size_t size)
{
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return false;
	got = read(fd, buffer, size - 1);
	(void)close(fd);
	if (got <= 0)
		return false;
	buffer[got] = '\0';
	return true;
}

/* The parent of a process, 0 where that is not known. */
static pid_t
parent_of(const char *pid)
{
	char path[64], stat_line[512], *end;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if (read_file(path, stat_line, sizeof(stat_line)) &&
	    (end = strrchr(stat_line, ')')) != NULL)
		(void)sscanf(end + 1, " %*c %d", &parent);
	return parent;
}

static bool
is_session(const struct storm *storm, pid_t pid)
{
	int i;

	for (i = 0; i < storm->workers; i++)
		if (pid > 1 && storm->counts->sessions[i] == pid)
			return true;
	return false;
}

/* A keeper of the storm's, or a master of its root, at random. */
static void
kill_keeper_or_master(const struct storm *storm)
{
	char path[64], text[PATH_SIZE], title[PATH_SIZE];
	struct dirent *entry;
	bool wants_keeper = random() % 2 == 0;
	DIR *proc = opendir("/proc");

	snprintf(title, sizeof(title), "ssh: %s/", storm->root);
	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid <= 1 || random() % 3 != 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid,
		    wants_keeper ? "comm" : "cmdline");
		if (!read_file(path, text, sizeof(text)))
			continue;
		if (wants_keeper) {
			if (strcmp(text, "ssh-fast-keeper\n") != 0 ||
			    !is_session(storm, parent_of(entry->d_name)))
				continue;
			if (kill(pid, SIGKILL) == 0)
				count(&storm->counts->killed_keeper);
		} else {
			if (strncmp(text, title, strlen(title)) != 0)
				continue;
			if (kill(pid, SIGKILL) == 0)
				count(&storm->counts->killed_master);
		}
		break;
	}
	if (proc != NULL)
		closedir(proc);
}

static void
be_killer(const struct storm *storm)
{
	pid_t pid;

	while (time(NULL) < storm->end) {
		/* The more work, the more there is to kill. */
		nap_ms(random() % (KILL_PAUSE_MS / storm->workers));
		if (random() % 3 == 0) {
			kill_keeper_or_master(storm);
			continue;
		}
		pid = storm->counts->sessions[random() % storm->workers];
		/* ssh-fast or, later, the ssh that it has become. */
		if (pid > 1 &&
		    kill(pid, random() % 2 == 0 ? SIGKILL : SIGTERM) == 0)
			count(&storm->counts->killed_fast);
	}
}

static void
run_part(const struct storm *storm, int number)
{
	char path[2][PATH_SIZE], root[PATH_SIZE];
	char *look[] = {path[0], "-l", root, NULL};
	char *sweep[] = {path[1], "--ttl=1", root, NULL};

	snprintf(root, sizeof(root), "--root=%s", storm->root);
	snprintf(path[0], PATH_SIZE, "%s-ls", storm->ssh_fast);
	snprintf(path[1], PATH_SIZE, "%s-gc", storm->ssh_fast);
	srandom((unsigned int)getpid());
	if (number == 0)
		repeat(storm, look, &storm->counts->looks, "ls");
	else if (number == 1)
		repeat(storm, sweep, &storm->counts->sweeps, "gc");
	else if (number == 2)
		be_peer(storm);
	else if (number == 3)
		be_killer(storm);
	else
		work(storm, number - 4);
}

int
main(int argc, char *argv[])
{
	struct storm storm;
	struct counts *counts;
	int i, parts;

	if (argc != 7)
		return 2;
	storm.ssh_fast = argv[1];
	storm.config = argv[2];
	storm.root = argv[3];
	storm.markers = argv[4];
	storm.workers = atoi(argv[5]);
	storm.secs = atoi(argv[6]);
	storm.end = time(NULL) + storm.secs;
	if (storm.workers < 1 || storm.workers > WORKERS_MAX)
		return 2;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return 2;
	storm.counts = counts;
	parts = storm.workers + 4;
	for (i = 0; i < parts; i++)
		if (fork() == 0) {
			run_part(&storm, i);
			_exit(0);
		}
	while (wait(NULL) != -1)
		;
	printf("%lu runs, %lu worked, %lu ended otherwise; killed %lu "
	       "clients, %lu keepers, %lu masters; %lu looks, %lu sweeps, "
	       "%lu leases of a peer\n",
	    counts->runs, counts->worked, counts->ended_badly,
	    counts->killed_fast, counts->killed_keeper, counts->killed_master,
	    counts->looks, counts->sweeps, counts->leases);
	return counts->worked > 0 ? 0 : 1;
}
